"use client";

import { useViewer } from "#app/_components/viewer.tsx";
import { LinkButton } from "#app/(auth)/link-button.tsx";
import { LinkHeading } from "#app/(auth)/link-heading.tsx";
import { LoggedInAs, WayOn } from "#app/(auth)/logged-in-as.tsx";
import { useLink } from "#app/(auth)/use-link.ts";
import { api } from "#lib/client/api-client.ts";
import { logInPath } from "#lib/pages/visitor-paths.ts";

/** Where the account sends the mail again, which needs a session. */
const ADDRESS = "/account#email-address";

export function ConfirmEmail() {
  const { state, use } = useLink(api.confirmEmail);
  return (
    <>
      <LinkHeading state={state} open="Confirm your address" done="Your address is confirmed" />
      {state === "open" && (
        <>
          <LoggedInAs />
          <p className="mt-3 text-lg text-ink-soft">One click, and we know that our emails reach you.</p>
          <LinkButton use={use} label="Confirm my address" doing="Confirming" />
        </>
      )}
      {state === "done" && (
        <>
          <p className="mt-5 text-lg">Thank you. Emails about your account will come to it.</p>
          <WayOn />
        </>
      )}
      {state === "dead" && (
        <p className="mt-5 text-lg">
          A link is good for a day, and only for the address that you asked for last. Your account shows which address it has, and
          sends you a new email.
        </p>
      )}
      {state === "missing" && (
        <p className="mt-5 text-lg">
          Open it once more from there. If you don't have it any more, your account sends a new email.
        </p>
      )}
      {(state === "dead" || state === "missing") && <ToAccount />}
    </>
  );
}

function ToAccount() {
  const viewer = useViewer();
  return (
    <p className="mt-6">
      <a href={viewer === null ? logInPath(ADDRESS) : ADDRESS} className="button w-full">
        {viewer === null ? "Log in to your account" : "Go to your account"}
      </a>
    </p>
  );
}
