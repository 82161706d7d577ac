"use client";

import { type FormEvent, useId, useState } from "react";
import { CallButton } from "#app/_components/call-button.tsx";
import { fillIn, type Parameter, ParameterField } from "./parameter-field.tsx";

type Props = {
  method: string;
  path: string;
  /** The operation's name, which is unique */
  name: string;
  parameters: Parameter[];
  /** An example body to begin with; undefined for an operation without a body */
  example: string | undefined;
};
type Answer = { status: number; reason: string; headers: [name: string, value: string][]; text: string };
type State = { kind: "ready" } | { kind: "sending" } | { kind: "failed" } | { kind: "answered"; answer: Answer };

/** Sends parameters and body as they are typed, and shows everything of the answer that a script can see. */
export function TryIt({ method, path, name, parameters, example }: Props) {
  const [state, setState] = useState<State>({ kind: "ready" });
  const id = useId();
  const busy = state.kind === "sending";

  async function send(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const typed = new FormData(event.currentTarget);
    const body = typed.get("body");
    setState({ kind: "sending" });
    try {
      const url = fillIn(path, parameters, typed);
      setState({ kind: "answered", answer: await call(method, url, body === null ? null : String(body)) });
    } catch {
      setState({ kind: "failed" });
    }
  }

  return (
    <form method="post" onSubmit={send} aria-label={`Try ${name}`} className="self-start lg:sticky lg:top-6">
      <h3 className="text-xl font-bold">Try it</h3>
      {parameters.map((parameter) => (
        <ParameterField key={parameter.name} {...parameter} />
      ))}
      {example !== undefined && (
        <>
          <label htmlFor={id} className="mt-1 block font-bold">
            Body
          </label>
          <textarea
            id={id}
            name="body"
            className="input field-sizing-content mt-1 font-mono text-sm"
            rows={example.split("\n").length + 1}
            defaultValue={example}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
          />
        </>
      )}
      <CallButton type="submit" className="button mt-3" label="Send" busyLabel="Sending…" isBusy={busy} />
      <div role="status">{state.kind === "answered" && <StatusLine {...state.answer} />}</div>
      <div role="alert">{state.kind === "failed" && <p className="notice mt-4">No answer came. Is the server there?</p>}</div>
      {state.kind === "answered" && <Received {...state.answer} />}
    </form>
  );
}

async function call(method: string, path: string, body: string | null): Promise<Answer> {
  const response = await fetch(path, {
    method,
    ...(body === null ? {} : { body, headers: { "content-type": "application/json" } }),
  });
  return {
    status: response.status,
    // HTTP/2 has no reason phrases.
    reason: response.statusText,
    headers: [...response.headers],
    text: pretty(await response.text()),
  };
}

function StatusLine({ status, reason }: Answer) {
  return (
    <p className={`notice mt-4 font-bold ${status < 400 ? "notice-good" : ""}`}>
      {status} {reason}
    </p>
  );
}

function Received({ headers, text }: Answer) {
  return (
    <div className="received mt-3">
      <pre>{text}</pre>
      <dl className="mt-4 text-ink-soft">
        {headers.map(([header, value]) => (
          <div key={header}>
            <dt className="inline font-bold">{header}: </dt>
            <dd className="inline">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
