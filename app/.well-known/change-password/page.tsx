import { redirect } from "next/navigation";
import { requireViewer } from "#lib/pages/viewer.ts";

/** Where password managers look for the form (W3C, "A Well-Known URL for Changing Passwords"). */
export default async function ChangePasswordPage() {
  await requireViewer();
  redirect("/account#change-password");
}
