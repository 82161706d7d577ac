"use client";

import { type ComponentProps, use } from "react";
import { FormContext } from "./form-context";

export type FieldProps = Omit<ComponentProps<"input">, "id" | "className"> & {
  name: string;
  label: string;
  /** What to know before typing */
  hint?: string | undefined;
  /** A control at the end of the input */
  aside?: React.ReactNode;
};

/** A labelled input of an `ApiForm`, with the messages that the API has for its name. */
export function Field({ name, label, hint, aside, ...input }: FieldProps) {
  const messages = use(FormContext).fields[name] ?? [];
  const wrong = messages.length > 0;
  const described = [hint && `${name}-hint`, wrong && `${name}-error`].filter(Boolean).join(" ");
  return (
    <div>
      <label htmlFor={name} className="block font-bold">
        {label}
      </label>
      {hint && (
        <p id={`${name}-hint`} className="mb-1 text-ink-soft">
          {hint}
        </p>
      )}
      <div className="relative mt-1">
        <input
          {...input}
          id={name}
          name={name}
          required
          className={aside ? "input pr-24" : "input"}
          aria-invalid={wrong}
          aria-describedby={described || undefined}
        />
        {aside}
      </div>
      {/* As tall as one message even without any: most of them move nothing. */}
      <div id={`${name}-error`} className="min-h-9 pt-0.5 pb-2.5 font-semibold text-danger">
        {messages.map((message) => (
          <p key={message}>{message}</p>
        ))}
      </div>
    </div>
  );
}
