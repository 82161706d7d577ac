"use client";

import type { Result } from "#lib/client/call.ts";
import { CallButton } from "./call-button.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { useApiCall } from "./use-api-call.ts";
import type { Words } from "./words.ts";

type Props = {
  /** Asks for a passkey, and shows its answer to the API. */
  ask: () => Promise<Result<unknown>>;
  onDone?: (() => void) | undefined;
  words: Words;
};

/** A button for a passkey in the place of something to type. */
export function PasskeyButton({ ask, onDone, words }: Props) {
  const call = useApiCall(ask, { onDone, words });
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
