"use client";

import { CallButton } from "#app/_components/call-button.tsx";
import { FailureNotice } from "#app/_components/failure-notice.tsx";
import { NeedsScript } from "#app/_components/needs-script.tsx";
import { useApiCall } from "#app/_components/use-api-call.ts";
import type { Result } from "#lib/client/call.ts";
import { linkWords } from "./link-words.ts";

type Props = { use: (input: object) => Promise<Result<unknown>>; label: string; doing: string };

/** Does what a mail's link is for. Opening the link does nothing: programs that look through mails open links, too. */
export function LinkButton({ use, label, doing }: Props) {
  const call = useApiCall(() => use({}), { words: linkWords });
  const { isBusy, isWaiting, run } = call;
  return (
    <>
      <div className="notices">
        <FailureNotice call={call} />
        <NeedsScript doing={doing} />
      </div>
      <CallButton
        type="button"
        className="button mt-5 w-full"
        label={label}
        busyLabel={`${doing}…`}
        isBusy={isBusy}
        isWaiting={isWaiting}
        onClick={() => run(null)}
      />
    </>
  );
}
