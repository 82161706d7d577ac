import { useState } from "react";
import type { Failure, Result } from "#lib/client/call.ts";
import { inOurWords } from "./in-our-words.ts";
import type { Words } from "./words.ts";

/** `done` stays until the page is left: a call that succeeded leads to another page, unless it has something to say here. */
type CallState = {
  status: "ready" | "sending" | "done";
  failure: Failure | null;
  /** The sentence that tells of the success */
  said: string | null;
  /** How many calls have come back to this page. It tells a new failure from one whose fields are being corrected. */
  returns: number;
};

export type Settings<Input, Data> = {
  onDone?: ((data: Data) => void) | undefined;
  /** What to say of a success. The page stays, and the call can be made again. */
  says?: ((input: Input, data: Data) => string) | undefined;
  words?: Words | undefined;
};

/** Runs one call at a time and keeps its outcome, in the pages' words. Some failures name a time to wait. */
export function useApiCall<Input extends object | null, Data>(
  call: (input: Input) => Promise<Result<Data>>,
  { onDone, says, words = {} }: Settings<Input, Data> = {},
) {
  const [state, setState] = useState<CallState>({ status: "ready", failure: null, said: null, returns: 0 });
  const [waitedFor, setWaitedFor] = useState<Failure | null>(null);
  const { failure } = state;
  const retryAfter = failure && "retryAfter" in failure ? failure.retryAfter : null;

  async function run(input: Input): Promise<void> {
    setState(({ returns }) => ({ status: "sending", failure: null, said: null, returns }));
    const result = await call(input);
    if (!result.ok) return fail(inOurWords(result.failure, words, Object.keys(input ?? {})));
    if (says) comeBack({ failure: null, said: says(input, result.data) });
    else setState((current) => ({ ...current, status: "done" }));
    onDone?.(result.data);
  }

  function fail(failure: Failure): void {
    comeBack({ failure, said: null });
  }

  function comeBack(outcome: Pick<CallState, "failure" | "said">): void {
    setState(({ returns }) => ({ status: "ready", ...outcome, returns: returns + 1 }));
  }

  function forgetField(name: string): void {
    setState((current) => ({ ...current, failure: withoutField(current.failure, name), said: null }));
  }

  return {
    ...state,
    isBusy: state.status !== "ready",
    isWaiting: retryAfter !== null && waitedFor !== failure,
    endWait: () => setWaitedFor(failure),
    run,
    fail,
    forgetField,
  };
}

function withoutField(failure: Failure | null, name: string): Failure | null {
  if (failure?.kind !== "fields" || !(name in failure.fields)) return failure;
  const { [name]: _edited, ...fields } = failure.fields;
  return Object.keys(fields).length > 0 ? { kind: "fields", fields } : null;
}
