import type { Metadata } from "next";
import { config } from "#lib/config.ts";
import { ResetPassword } from "./reset-password.tsx";

export const metadata: Metadata = { title: "New password" };

export default function ResetPasswordPage() {
  const { PASSWORD_MIN_LENGTH, RECOVERY_LIFETIME } = config();
  return <ResetPassword passwordMinLength={PASSWORD_MIN_LENGTH} lifetime={RECOVERY_LIFETIME} />;
}
