"use client";

import { type FormEvent, useEffect, useEffectEvent, useRef } from "react";
import type { Failure, Result } from "#lib/client/call.ts";
import { CallButton } from "./call-button.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { FormContext } from "./form-context.ts";
import { NeedsScript } from "./needs-script.tsx";
import { SaidNotice } from "./said-notice.tsx";
import { type Settings, useApiCall } from "./use-api-call.ts";
import { UNREADABLE_DATE } from "./words.ts";

type Props<Input, Data> = Settings<Input, Data> & {
  call: (input: Input) => Promise<Result<Data>>;
  /** "Log in", and while it does: "Logging in". `look`: further classes of its button */
  submit: { label: string; doing: string; look?: string };
  /** Empties the fields after a success. A form without it keeps what was typed. */
  clears?: true;
  children?: React.ReactNode;
};

/** A form that sends its fields to the API by name, and shows each message at the field that it is about. */
export function ApiForm<Input extends Record<string, string | undefined>, Data>(props: Props<Input, Data>) {
  const { call, submit, clears, children, ...settings } = props;
  const form = useRef<HTMLFormElement>(null);
  const state = useApiCall(call, settings);
  const { isBusy, isWaiting, failure, said, returns, run, fail, forgetField } = state;
  const fields = failure?.kind === "fields" ? failure.fields : {};

  const takeFocus = useEffectEvent(() => {
    if (form.current === null) return;
    if (clears && said !== null) form.current.reset();
    if (failure) firstToCorrect(form.current, failure)?.focus();
    // The field that was sent by the Enter key lost the focus when it was disabled.
    else if (document.activeElement === document.body) submitButton(form.current)?.focus();
  });
  useEffect(() => {
    if (returns > 0) takeFocus();
  }, [returns]);

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
        {settings.says && <SaidNotice said={said} />}
        <NeedsScript doing={submit.doing} />
      </div>
      <CallButton
        type="submit"
        className={`button mt-5 w-full ${submit.look ?? ""}`}
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
    submitButton(form)
  );
}

function submitButton(form: HTMLFormElement): HTMLElement | null {
  return form.querySelector<HTMLElement>("[type=submit]");
}

// A half-typed date has no value: the server could only say that it is missing.
function unreadableFields(form: HTMLFormElement): Record<string, string[]> | null {
  const unreadable = [...form.querySelectorAll("input")].filter((input) => input.validity.badInput);
  if (unreadable.length === 0) return null;
  return Object.fromEntries(unreadable.map(({ name }) => [name, [UNREADABLE_DATE]]));
}
