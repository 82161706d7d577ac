"use client";

import { api } from "#lib/client/api-client.ts";
import { CallButton } from "./call-button.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { NeedsScript } from "./needs-script.tsx";
import { useApiCall } from "./use-api-call.ts";

/** Ends this session. `ViewerProvider` then leaves the page, here and in the other tabs. */
export function LogOut() {
  const call = useApiCall(() => api.logOut());
  const { isBusy, isWaiting, run } = call;
  return (
    <>
      <CallButton
        type="button"
        className="button button-plain"
        label="Log out"
        busyLabel="Logging out…"
        isBusy={isBusy}
        isWaiting={isWaiting}
        onClick={() => run(null)}
      />
      {/* A row of its own below the header, under the button, so that it covers nothing. */}
      <div className="basis-full text-ink">
        <div className="notices ms-auto max-w-md">
          <FailureNotice call={call} lead="You are still logged in." />
          <NeedsScript doing="Logging out" />
        </div>
      </div>
    </>
  );
}
