"use client";

import { useEffect, useRef } from "react";
import { addPasskey } from "#lib/client/passkeys.ts";
import { CallButton } from "./call-button.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { ProofDialog } from "./proof-dialog.tsx";
import { SaidNotice } from "./said-notice.tsx";
import { useApiCall } from "./use-api-call.ts";

type Props = {
  /** Those that are switched on: the login may be too long ago to add a passkey without a proof */
  providers: { id: string; name: string }[];
  onLeave: () => void;
};

/** The offer of a passkey. It lies over the page, at its foot, so that nothing moves when it comes. */
export function PasskeyOfferCard({ providers, onLeave }: Props) {
  const call = useApiCall(() => addPasskey(), { says: () => "Done. Next time, log in with the passkey." });
  const isAdded = call.said !== null;
  const leave = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The button that had the focus is gone.
    if (isAdded) leave.current?.focus();
  }, [isAdded]);
  return (
    <section className="dialog offer" aria-labelledby="passkey-offer">
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
        <button ref={leave} type="button" className="button button-plain" onClick={onLeave}>
          {isAdded ? "Close" : "Not now"}
        </button>
      </div>
      <ProofDialog providers={providers} />
    </section>
  );
}
