import type { Metadata } from "next";
import { RecoverForm } from "#app/(auth)/recover-form.tsx";
import { config } from "#lib/config.ts";

export const metadata: Metadata = { title: "Forgot password" };

export default function ForgotPasswordPage() {
  return (
    <>
      <h1>Forgot your password?</h1>
      <p className="mt-3 mb-6 text-lg text-ink-soft">We'll send you an email with a link to choose a new one.</p>
      <RecoverForm lifetime={config().RECOVERY_LIFETIME} />
      <p className="mt-6">
        Remembered it? <a href="/login">Log in</a>
      </p>
    </>
  );
}
