import { useState } from "react";
import type { Failure, Result } from "@/lib/api-client";

/** `done` stays until the page is left: what follows a call that went well is another page. */
type CallState = {
  status: "ready" | "sending" | "done";
  failure: Failure | null;
  /** How many calls have failed: a new failure, as opposed to one that is being mended field by field. */
  failures: number;
};

/** Runs one call at a time and remembers what it came to. */
export function useApiCall<Input>(call: (input: Input) => Promise<Result<unknown>>, onDone?: () => void) {
  const [state, setState] = useState<CallState>({ status: "ready", failure: null, failures: 0 });

  async function run(input: Input): Promise<void> {
    setState(({ failures }) => ({ status: "sending", failure: null, failures }));
    const result = await call(input);
    if (!result.ok) return fail(result.failure);
    setState(({ failures }) => ({ status: "done", failure: null, failures }));
    onDone?.();
  }

  function fail(failure: Failure): void {
    setState(({ failures }) => ({ status: "ready", failure, failures: failures + 1 }));
  }

  function forgetField(name: string): void {
    setState((current) => ({ ...current, failure: withoutField(current.failure, name) }));
  }

  return { ...state, run, fail, forgetField };
}

function withoutField(failure: Failure | null, name: string): Failure | null {
  if (failure?.kind !== "fields" || !(name in failure.fields)) return failure;
  const { [name]: _edited, ...fields } = failure.fields;
  return Object.keys(fields).length > 0 ? { kind: "fields", fields } : null;
}
