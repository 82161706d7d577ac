"use client";

import { type FormEvent, useEffect, useEffectEvent, useRef } from "react";
import type { Failure, Result } from "@/lib/api-client";
import { FailureNotice } from "./failure-notice";
import { FormContext } from "./form-context";
import { useApiCall } from "./use-api-call";
import { useHydrated } from "./use-hydrated";

type Props<Input> = {
  call: (input: Input) => Promise<Result<unknown>>;
  onDone?: () => void;
  submit: { label: string; busyLabel: string };
  /** What a refusal (a 401, say) means in this form; without it, the server's own words. */
  refusal?: string;
  children: React.ReactNode;
};

/** A form that calls the API with its fields by name, and shows what is wrong where it is wrong. */
export function ApiForm<Input extends Record<string, string>>({ call, onDone, submit, refusal, children }: Props<Input>) {
  const form = useRef<HTMLFormElement>(null);
  const hydrated = useHydrated();
  const { status, failure, failures, run, fail, forgetField } = useApiCall(call, onDone);
  const busy = status !== "ready";
  const fields = failure?.kind === "fields" ? failure.fields : {};

  const showWhatToMend = useEffectEvent(() => form.current && failure && firstToMend(form.current, failure)?.focus());
  useEffect(() => {
    if (failures > 0) showWhatToMend();
  }, [failures]);

  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (busy) return;
    const unreadable = unreadableFields(event.currentTarget);
    if (unreadable) fail({ kind: "fields", fields: unreadable });
    else void run(Object.fromEntries(new FormData(event.currentTarget)) as Input);
  }

  // `method` and the disabled button: before the scripts run, a native submit would put the password into the URL.
  return (
    <form
      ref={form}
      method="post"
      noValidate
      onSubmit={send}
      onInput={({ target }) => target instanceof HTMLInputElement && forgetField(target.name)}
    >
      <FormContext value={{ fields, busy }}>
        <fieldset disabled={busy} className="contents">
          {children}
        </fieldset>
      </FormContext>
      <FailureNotice failure={failure} refusal={refusal} />
      <button type="submit" className="button mt-2 w-full" disabled={!hydrated || busy} aria-busy={busy}>
        {busy ? submit.busyLabel : submit.label}
      </button>
    </form>
  );
}

function firstToMend(form: HTMLFormElement, { kind }: Failure): HTMLElement | null {
  const wrong = form.querySelector<HTMLElement>("[aria-invalid=true]");
  if (wrong) return wrong;
  return kind === "refused" ? form.querySelector("input[type=password]") : form.querySelector("[type=submit]");
}

// A half-typed date has no value: the server could only say that it is missing.
function unreadableFields(form: HTMLFormElement): Record<string, string[]> | null {
  const unreadable = [...form.querySelectorAll("input")].filter((input) => input.validity.badInput);
  if (unreadable.length === 0) return null;
  return Object.fromEntries(unreadable.map(({ name }) => [name, ["Enter a whole date that exists: day, month and year."]]));
}
