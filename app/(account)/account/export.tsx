"use client";

import { CallButton } from "#app/_components/call-button.tsx";
import { FailureNotice } from "#app/_components/failure-notice.tsx";
import { SaidNotice } from "#app/_components/said-notice.tsx";
import { useApiCall } from "#app/_components/use-api-call.ts";
import { accountApi } from "#lib/client/account-api.ts";
import { saveFile } from "./save-file.ts";

/** Saves all that is kept about the account as a file. A link could not ask for a proof first. */
export function Export({ username }: { username: string }) {
  const call = useApiCall(() => accountApi.export(), {
    onDone: (data) => saveFile(`movieconnect-${username}.json`, JSON.stringify(data, null, 2), "application/json"),
    says: () => "The file is among your downloads.",
  });
  return (
    <>
      <CallButton
        type="button"
        className="button button-plain"
        label="Download my data"
        busyLabel="Collecting…"
        isBusy={call.isBusy}
        isWaiting={call.isWaiting}
        onClick={() => call.run(null)}
      />
      <div className="notices">
        <FailureNotice call={call} />
        <SaidNotice said={call.said} />
      </div>
    </>
  );
}
