"use client";

import { type FormEvent, useEffect, useEffectEvent, useRef } from "react";
import type { Failure, Result } from "#lib/client/api-client.ts";
import { CallButton } from "./call-button.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { FormContext } from "./form-context.ts";
import { NeedsScript } from "./needs-script.tsx";
import { useApiCall } from "./use-api-call.ts";
import { UNREADABLE_DATE, type Words } from "./words.ts";

type Props<Input> = {
  call: (input: Input) => Promise<Result<unknown>>;
  onDone?: () => void;
  /** "Log in", and while it does: "Logging in" */
  submit: { label: string; doing: string };
  /** What this form says in place of the API's messages */
  words?: Words;
  children: React.ReactNode;
};

/** A form that sends its fields to the API by name, and shows each message at the field that it is about. */
export function ApiForm<Input extends Record<string, string>>({ call, onDone, submit, words, children }: Props<Input>) {
  const form = useRef<HTMLFormElement>(null);
  const state = useApiCall(call, { onDone, words });
  const { isBusy, isWaiting, failure, failures, run, fail, forgetField } = state;
  const fields = failure?.kind === "fields" ? failure.fields : {};

  const focusOnError = useEffectEvent(() => form.current && failure && firstToCorrect(form.current, failure)?.focus());
  useEffect(() => {
    if (failures > 0) focusOnError();
  }, [failures]);

  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (isBusy || isWaiting) return;
    const unreadable = unreadableFields(event.currentTarget);
    if (unreadable) fail({ kind: "fields", fields: unreadable });
    else void run(Object.fromEntries(new FormData(event.currentTarget)) as Input);
  }

  // `method`, and a button that is disabled until the scripts run: a native GET would put the password into the URL.
  return (
    <form
      ref={form}
      method="post"
      noValidate
      onSubmit={send}
      onInput={({ target }) => target instanceof HTMLInputElement && forgetField(target.name)}
    >
      <FormContext value={{ fields, busy: isBusy }}>
        <fieldset disabled={isBusy} className="grid min-w-0 gap-4">
          {children}
        </fieldset>
      </FormContext>
      <div className="notices">
        <FailureNotice call={state} />
        <NeedsScript doing={submit.doing} />
      </div>
      <CallButton
        type="submit"
        className="button mt-5 w-full"
        label={submit.label}
        busyLabel={`${submit.doing}…`}
        isBusy={isBusy}
        isWaiting={isWaiting}
      />
    </form>
  );
}

// After a refused login that is the password, shown or hidden. With nothing to correct it is the button, to try again.
function firstToCorrect(form: HTMLFormElement, failure: Failure): HTMLElement | null {
  const isRefused = failure.kind === "refused" && failure.status === 401;
  return (
    form.querySelector<HTMLElement>("[aria-invalid=true]") ??
    (isRefused ? form.querySelector<HTMLElement>("[autocomplete~=current-password]") : null) ??
    form.querySelector<HTMLElement>("[type=submit]")
  );
}

// A half-typed date has no value: the server could only say that it is missing.
function unreadableFields(form: HTMLFormElement): Record<string, string[]> | null {
  const unreadable = [...form.querySelectorAll("input")].filter((input) => input.validity.badInput);
  if (unreadable.length === 0) return null;
  return Object.fromEntries(unreadable.map(({ name }) => [name, [UNREADABLE_DATE]]));
}
