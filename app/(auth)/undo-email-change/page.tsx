import type { Metadata } from "next";
import { config } from "#lib/config.ts";
import { UndoEmailChange } from "./undo-email-change.tsx";

export const metadata: Metadata = { title: "Bring your address back" };

export default function UndoEmailChangePage() {
  return <UndoEmailChange lifetime={config().RECOVERY_LIFETIME} />;
}
