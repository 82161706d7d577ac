"use client";

import { CallButton } from "#app/_components/call-button.tsx";
import { FailureNotice } from "#app/_components/failure-notice.tsx";
import { useApiCall } from "#app/_components/use-api-call.ts";
import { secondStepWords } from "./second-step-words.ts";
import { showPasskey } from "./show-second-factor.ts";

/** A passkey in place of the code. */
export function PasskeyStep({ challenge, onOver }: { challenge: string; onOver: () => void }) {
  const call = useApiCall(() => showPasskey(challenge, onOver), { words: secondStepWords });
  return (
    <div>
      <CallButton
        type="button"
        className="button button-plain w-full"
        label="Use a passkey"
        busyLabel="Asking for your passkey…"
        isBusy={call.isBusy}
        isWaiting={call.isWaiting}
        onClick={() => call.run(null)}
      />
      <div className="notices">
        <FailureNotice call={call} />
      </div>
    </div>
  );
}
