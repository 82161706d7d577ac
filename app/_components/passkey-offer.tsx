"use client";

import { useEffect, useRef, useState } from "react";
import { takeOffer } from "#lib/client/passkey-offer.ts";
import { addPasskey } from "#lib/client/passkeys.ts";
import { CallButton } from "./call-button.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { SaidNotice } from "./said-notice.tsx";
import { useApiCall } from "./use-api-call.ts";

/**
 * Offers a passkey to somebody who has logged in with a password, once on each device. It lies over the page, at its foot, so that
 * nothing moves when it comes.
 */
export function PasskeyOffer({ accountId, hasPasskeys }: { accountId: number; hasPasskeys: boolean }) {
  const [isShown, setIsShown] = useState(false);
  const call = useApiCall(() => addPasskey(), { says: () => "Done. Next time, log in with the passkey." });

  useEffect(() => {
    let isLeft = false;
    void canKeepPasskeys().then((can) => {
      if (can && !isLeft && !hasPasskeys && takeOffer(accountId)) setIsShown(true);
    });
    return () => {
      isLeft = true;
    };
  }, [accountId, hasPasskeys]);

  const isAdded = call.said !== null;
  const leave = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The button that had the focus is gone.
    if (isAdded) leave.current?.focus();
  }, [isAdded]);

  if (!isShown) return null;
  return (
    <section className="offer" aria-labelledby="passkey-offer">
      <h2 id="passkey-offer" className="text-lg font-bold">
        Log in faster next time
      </h2>
      <p className="mt-1" hidden={isAdded}>
        Add a passkey to this device. Then your finger, your face or a PIN logs you in, without a password.
      </p>
      <div className="notices">
        <FailureNotice call={call} />
        <SaidNotice said={call.said} />
      </div>
      <div className="mt-4 flex flex-wrap gap-3">
        {!isAdded && (
          <CallButton
            type="button"
            className="button"
            label="Add a passkey"
            busyLabel="Adding…"
            isBusy={call.isBusy}
            isWaiting={call.isWaiting}
            onClick={() => call.run(null)}
          />
        )}
        <button ref={leave} type="button" className="button button-plain" onClick={() => setIsShown(false)}>
          {isAdded ? "Close" : "Not now"}
        </button>
      </div>
    </section>
  );
}

/** Whether this device itself keeps passkeys and recognizes its user. */
async function canKeepPasskeys(): Promise<boolean> {
  const asked = window.PublicKeyCredential?.isUserVerifyingPlatformAuthenticatorAvailable?.();
  return (await asked?.catch(() => false)) ?? false;
}
