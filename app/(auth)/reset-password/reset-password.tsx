"use client";

import { ApiForm } from "#app/_components/api-form.tsx";
import { duration } from "#app/_components/duration.ts";
import { PasswordField } from "#app/_components/password-field.tsx";
import { PasswordRules } from "#app/_components/password-rules.tsx";
import { LinkHeading } from "#app/(auth)/link-heading.tsx";
import { LoggedInAs, WayOn } from "#app/(auth)/logged-in-as.tsx";
import { RecoverForm } from "#app/(auth)/recover-form.tsx";
import { useLink } from "#app/(auth)/use-link.ts";
import { api } from "#lib/client/api-client.ts";
import { logInPath } from "#lib/pages/visitor-paths.ts";
import { resetPasswordWords } from "./reset-password-words.ts";

/** `passwordMinLength` in characters; `lifetime`: how long a link is good, in seconds */
type Props = { passwordMinLength: number; lifetime: number };

export function ResetPassword({ passwordMinLength, lifetime }: Props) {
  const { state, use } = useLink(api.resetPassword, (lives) => {
    // A user of another account stays here: the login page would send them on to the home page.
    if (!lives) window.location.replace(logInPath(null, "password_reset"));
  });
  return (
    <>
      <LinkHeading state={state} open="Choose a new password" done="Your new password is saved" />
      {state === "open" && (
        <>
          <LoggedInAs />
          <p className="mt-3 mb-6 text-lg text-ink-soft">Every device that is logged in to your account will be logged out.</p>
          <ApiForm call={use} submit={{ label: "Save the password", doing: "Saving" }} words={resetPasswordWords}>
            <PasswordField
              name="new_password"
              label="New password"
              rules={
                <PasswordRules name="new_password" minLength={passwordMinLength} checked="when you save it" hasAccount={false} />
              }
              autoComplete="new-password"
            />
          </ApiForm>
        </>
      )}
      {state === "done" && (
        <>
          <p className="mt-5 text-lg">Every device of that account is logged out. Log in with the new password.</p>
          <WayOn />
        </>
      )}
      {state === "dead" && (
        <p className="mt-5 mb-6 text-lg">
          A link is good for {duration(lifetime)} and for one new password, and only until the next login. If you have chosen a
          password already, <a href="/login">log in</a>. If not, we'll send you a new email:
        </p>
      )}
      {state === "missing" && (
        <p className="mt-5 mb-6 text-lg">
          Open it once more from there. If you don't have it any more, we'll send you a new email:
        </p>
      )}
      {(state === "dead" || state === "missing") && <RecoverForm lifetime={lifetime} />}
    </>
  );
}
