import { useState } from "react";
import type { Failure, Result } from "#lib/client/api-client.ts";
import { inOurWords } from "./in-our-words.ts";
import type { Words } from "./words.ts";

/** `done` stays until the page is left: a call that succeeded leads to another page. */
type CallState = {
  status: "ready" | "sending" | "done";
  failure: Failure | null;
  /** How many calls have failed. It tells a new failure from one whose fields are being corrected. */
  failures: number;
};

type Settings = { onDone?: (() => void) | undefined; words?: Words | undefined };

/** Runs one call at a time and keeps its outcome, in the pages' words. Some failures name a time to wait. */
export function useApiCall<Input extends object | null>(
  call: (input: Input) => Promise<Result<unknown>>,
  { onDone, words = {} }: Settings = {},
) {
  const [state, setState] = useState<CallState>({ status: "ready", failure: null, failures: 0 });
  const [waitedFor, setWaitedFor] = useState<Failure | null>(null);
  const { failure } = state;
  const retryAfter = failure && "retryAfter" in failure ? failure.retryAfter : null;

  async function run(input: Input): Promise<void> {
    setState(({ failures }) => ({ status: "sending", failure: null, failures }));
    const result = await call(input);
    if (!result.ok) return fail(inOurWords(result.failure, words, Object.keys(input ?? {})));
    setState(({ failures }) => ({ status: "done", failure: null, failures }));
    onDone?.();
  }

  function fail(failure: Failure): void {
    setState(({ failures }) => ({ status: "ready", failure, failures: failures + 1 }));
  }

  function forgetField(name: string): void {
    setState((current) => ({ ...current, failure: withoutField(current.failure, name) }));
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
