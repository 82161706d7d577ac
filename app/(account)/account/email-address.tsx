"use client";

import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import { ResendConfirmation } from "#app/_components/resend-confirmation.tsx";
import { accountApi } from "#lib/client/account-api.ts";
import type { ChangeEmailInput } from "#lib/schemas.ts";
import { changeEmailWords } from "./account-words.ts";

/** The address, whether its owner has confirmed it, and its change, which the new address has to confirm. */
export function EmailAddress({ email, isVerified }: { email: string | null; isVerified: boolean }) {
  return (
    <>
      {email === null ? <NoAddress /> : <Current email={email} isVerified={isVerified} />}
      <ApiForm<ChangeEmailInput, unknown>
        call={accountApi.changeEmail}
        submit={{ label: email === null ? "Add the address" : "Change the address", doing: "Sending", look: "sm:w-auto" }}
        says={({ email }) => `We sent an email to ${email.trim()}. Its link makes that your address; until then nothing changes.`}
        words={changeEmailWords}
        clears
      >
        <Field
          name="email"
          label={email === null ? "Your address" : "New address"}
          type="email"
          autoComplete="email"
          autoCapitalize="none"
          spellCheck={false}
        />
      </ApiForm>
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
