"use client";

import { useState } from "react";
import type { Failure } from "@/lib/api-client";
import { Countdown } from "./countdown";
import { describeFailure } from "./describe-failure";

type Props = {
  failure: Failure | null;
  /** What a 401 means here; without it, the server's own words. */
  refusal?: string | undefined;
  /** What to say before the reason */
  lead?: string;
};

/** Says what became of a call, also to those who don't see it: the region is there before there is anything in it. */
export function FailureNotice({ failure, refusal, lead }: Props) {
  const [waitedFor, setWaitedFor] = useState<Failure | null>(null);
  const wait = failure && "retryAfter" in failure ? failure.retryAfter : null;
  const waiting = wait !== null && waitedFor !== failure;
  const message = failure && (wait === null || waiting ? describeFailure(failure, refusal) : "You can try again now.");
  return (
    <div className={failure ? "notice my-2" : undefined}>
      <p role="alert">{message && [lead, message].filter(Boolean).join(" ")}</p>
      {waiting && <Countdown seconds={wait} onEnd={() => setWaitedFor(failure)} />}
    </div>
  );
}
