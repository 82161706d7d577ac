"use client";

import type { Failure } from "#lib/client/call.ts";
import { Countdown } from "./countdown.tsx";
import { describeFailure } from "./describe-failure.ts";
import { duration } from "./duration.ts";

type Props = {
  /** From `useApiCall` */
  call: { failure: Failure | null; isWaiting: boolean; endWait: () => void };
  /** What to say before the reason */
  lead?: string;
};

/** Says how a call failed. Its live region is there before the message is, so that screen readers announce the message. */
export function FailureNotice({ call: { failure, isWaiting, endWait }, lead }: Props) {
  const wait = failure && "retryAfter" in failure ? failure.retryAfter : null;
  const isOver = wait !== null && !isWaiting;
  const message = isOver ? "You can try again now." : failure && [lead, describeFailure(failure)].filter(Boolean).join(" ");
  return (
    <div className={failure ? `notice ${isOver ? "notice-good" : ""}` : undefined}>
      <p role="alert">
        {message}
        {/* Read aloud in place of the countdown, which screen readers skip. */}
        {isWaiting && wait !== null && <span className="sr-only"> Wait {duration(wait)}, then try again.</span>}
      </p>
      {isWaiting && wait !== null && <Countdown seconds={wait} onEnd={endWait} />}
    </div>
  );
}
