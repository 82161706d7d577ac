"use client";

import { accountApi } from "#lib/client/account-api.ts";
import { CallButton } from "./call-button.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { SaidNotice } from "./said-notice.tsx";
import { useApiCall } from "./use-api-call.ts";

/** Sends the mail again that confirms the account's address. */
export function ResendConfirmation() {
  const call = useApiCall(() => accountApi.resendConfirmation(), {
    says: () => "The email is on its way. If it doesn't come within a few minutes, look in your spam folder.",
  });
  const { said, isBusy, isWaiting, run } = call;
  return (
    <>
      <CallButton
        type="button"
        className="button button-plain"
        label="Send the email again"
        busyLabel="Sending…"
        isBusy={isBusy}
        isWaiting={isWaiting}
        onClick={() => run(null)}
      />
      <div className="notices">
        <FailureNotice call={call} />
        <SaidNotice said={said} />
      </div>
    </>
  );
}
