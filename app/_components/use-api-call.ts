import { useState } from "react";
import type { Failure, Result } from "@/lib/api-client";

/** `done` stays until the page is left: what follows a call that went well is another page. */
export type CallState = { status: "ready" | "sending" | "done"; failure: Failure | null };

/** Runs one call at a time and remembers what it came to. */
export function useApiCall<Input>(call: (input: Input) => Promise<Result<unknown>>, onDone?: () => void) {
  const [state, setState] = useState<CallState>({ status: "ready", failure: null });

  async function run(input: Input): Promise<void> {
    setState({ status: "sending", failure: null });
    const result = await call(input);
    if (!result.ok) return setState({ status: "ready", failure: result.failure });
    setState({ status: "done", failure: null });
    onDone?.();
  }

  function fail(failure: Failure): void {
    setState({ status: "ready", failure });
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
