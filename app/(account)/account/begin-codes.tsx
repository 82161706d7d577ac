"use client";

import { CallButton } from "#app/_components/call-button.tsx";
import { FailureNotice } from "#app/_components/failure-notice.tsx";
import { useApiCall } from "#app/_components/use-api-call.ts";
import type { TotpSecret } from "#lib/answers.ts";
import type { Result } from "#lib/client/call.ts";

export type Beginning = { begin: () => Promise<Result<TotpSecret>>; onBegun: (secret: TotpSecret) => void };

/** The button that asks for a secret for an authenticator app. */
export function BeginCodes({ begin, onBegun, label }: Beginning & { label: string }) {
  const call = useApiCall(begin, { onDone: onBegun });
  return (
    <>
      <CallButton
        type="button"
        className="button button-plain"
        label={label}
        busyLabel="One moment…"
        isBusy={call.isBusy}
        isWaiting={call.isWaiting}
        onClick={() => call.run(null)}
      />
      <div className="notices basis-full">
        <FailureNotice call={call} />
      </div>
    </>
  );
}
