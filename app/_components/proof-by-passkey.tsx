"use client";

import { api } from "#lib/client/api-client.ts";
import type { Result } from "#lib/client/call.ts";
import { askForPasskey } from "#lib/client/passkeys.ts";
import { CallButton } from "./call-button.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { proofWords } from "./proof-words.ts";
import { useApiCall } from "./use-api-call.ts";

/** For an account that has a passkey, in place of what else it has. */
export function ProofByPasskey({ onDone }: { onDone: () => void }) {
  const call = useApiCall(prove, { onDone, words: proofWords });
  return (
    <div>
      <CallButton
        type="button"
        className="button button-plain w-full"
        label="Use a passkey"
        busyLabel="Asking your device…"
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

async function prove(): Promise<Result<unknown>> {
  const answer = await askForPasskey();
  return answer.ok ? api.post("/api/user/reauthenticate/", { passkey: answer.data }) : answer;
}
