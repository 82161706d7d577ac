"use client";

import { LinkButton } from "#app/(auth)/link-button.tsx";
import { LinkHeading } from "#app/(auth)/link-heading.tsx";
import { LoggedInAs } from "#app/(auth)/logged-in-as.tsx";
import { RecoverForm } from "#app/(auth)/recover-form.tsx";
import { useLink } from "#app/(auth)/use-link.ts";
import { api } from "#lib/client/api-client.ts";

/** @param lifetime how long the link of a recovery mail is good, in seconds */
export function UndoEmailChange({ lifetime }: { lifetime: number }) {
  const { state, use } = useLink(api.undoEmailChange);
  return (
    <>
      <LinkHeading state={state} open="Bring your address back" done="Your address is back" />
      {state === "open" && (
        <>
          <LoggedInAs />
          <p className="mt-3 text-lg text-ink-soft">
            Your account got another email address. If that wasn't you, undo it: your old address comes back, every device is
            logged out, and we send you an email to choose a new password.
          </p>
          <LinkButton use={use} label="Undo the change" doing="Undoing" />
        </>
      )}
      {state === "done" && (
        <p className="mt-5 text-lg">
          Every device is logged out. An email is on its way to your old address: open its link, and choose a new password. If it
          doesn't come, <a href="/forgot-password">ask for another one</a>.
        </p>
      )}
      {state === "dead" && (
        <p className="mt-5 mb-6 text-lg">
          A change can be undone for 72 hours. Later only the people who run MovieConnect can help. If your address is back
          already, choose a new password: we'll send you an email.
        </p>
      )}
      {state === "missing" && (
        <p className="mt-5 mb-6 text-lg">
          Open it once more from there. If your address is back already, choose a new password: we'll send you an email.
        </p>
      )}
      {(state === "dead" || state === "missing") && <RecoverForm lifetime={lifetime} />}
    </>
  );
}
