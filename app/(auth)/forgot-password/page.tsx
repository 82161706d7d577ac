import { PageTitle } from "#app/_components/page-title.tsx";
import { RecoverForm } from "#app/(auth)/recover-form.tsx";
import { config } from "#lib/config.ts";

export default function ForgotPasswordPage() {
  return (
    <>
      <PageTitle>Forgot password</PageTitle>
      <h1>Forgot your password?</h1>
      <p className="mt-3 mb-6 text-lg text-ink-soft">We'll send you an email with a link to choose a new one.</p>
      <RecoverForm lifetime={config().RECOVERY_LIFETIME} />
      <p className="mt-6">
        Remembered it? <a href="/login">Log in</a>
      </p>
    </>
  );
}
