"use client";

import type { AuthenticationResponseJSON } from "@simplewebauthn/browser";
import { useEffect, useEffectEvent, useRef } from "react";
import { CallButton } from "#app/_components/call-button.tsx";
import { FailureNotice } from "#app/_components/failure-notice.tsx";
import { useApiCall } from "#app/_components/use-api-call.ts";
import { useHasPasskeys } from "#app/_components/use-has-passkeys.ts";
import { logInApi } from "#lib/client/log-in-api.ts";
import { offerPasskeys } from "#lib/client/passkey-autofill.ts";
import { askForPasskey } from "#lib/client/passkeys.ts";
import { passkeyLogInWords } from "./passkey-log-in-words.ts";

/** Logs in with a passkey: one that is picked in the field of the username, or that the browser asks for after a click. */
export function PasskeyLogIn() {
  const picked = useRef<AuthenticationResponseJSON>(null);
  const call = useApiCall(() => logIn(picked.current), { words: passkeyLogInWords });
  const { isBusy, isWaiting, run } = call;
  const hasPasskeys = useHasPasskeys();

  const logInWith = useEffectEvent((answer: AuthenticationResponseJSON) => {
    picked.current = answer;
    void run(null);
  });
  useEffect(() => {
    // The click's ceremony ends the offer. It comes back if that one came to nothing.
    if (hasPasskeys && !isBusy) return offerPasskeys((answer) => logInWith(answer));
  }, [hasPasskeys, isBusy]);

  if (!hasPasskeys) return null;
  return (
    <div>
      <CallButton
        type="button"
        className="button button-plain w-full"
        label="Log in with a passkey"
        busyLabel={picked.current ? "Logging in…" : "Asking for your passkey…"}
        isBusy={isBusy}
        isWaiting={isWaiting}
        onClick={() => {
          picked.current = null;
          void run(null);
        }}
      />
      <div className="notices">
        <FailureNotice call={call} />
      </div>
    </div>
  );
}

async function logIn(picked: AuthenticationResponseJSON | null) {
  if (picked) return logInApi.byPasskey(picked);
  const answer = await askForPasskey();
  return answer.ok ? logInApi.byPasskey(answer.data) : answer;
}
