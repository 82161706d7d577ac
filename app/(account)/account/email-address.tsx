import { ResendConfirmation } from "#app/_components/resend-confirmation.tsx";
import { ChangeEmail } from "./change-email.tsx";

/** The address, whether its owner has confirmed it, and its change, which the new address has to confirm. */
export function EmailAddress({ email, isVerified }: { email: string | null; isVerified: boolean }) {
  return (
    <>
      {email === null ? <NoAddress /> : <Current email={email} isVerified={isVerified} />}
      <ChangeEmail isFirst={email === null} />
    </>
  );
}

function NoAddress() {
  return (
    <div className="mb-6">
      <p className="text-lg font-bold">No address yet.</p>
      <p className="mt-1 text-ink-soft">
        Add one, and you can get back in should you forget your password. You also hear at once if someone else uses your account.
      </p>
    </div>
  );
}

function Current({ email, isVerified }: { email: string; isVerified: boolean }) {
  return (
    <div className="mb-6">
      <p className="text-lg">
        <bdi className="font-bold">{email}</bdi> {isVerified ? "is confirmed." : "is not confirmed yet."}
      </p>
      {!isVerified && (
        <>
          <p className="mt-1 mb-3 text-ink-soft">
            Open the link in the email that we sent there. Then we know that our emails reach you, should you forget your
            password.
          </p>
          <ResendConfirmation />
        </>
      )}
    </div>
  );
}
