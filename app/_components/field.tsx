"use client";

import { type ComponentProps, use } from "react";
import { FormContext } from "./form-context.ts";

export type FieldProps = Omit<ComponentProps<"input">, "id" | "className"> & {
  name: string;
  label: string;
  /** What a visitor should know before typing */
  hint?: string | undefined;
  /** The value's rules, to look at while typing: an element with the id `NAME-rules` */
  rules?: React.ReactNode;
  /** A control at the end of the input */
  aside?: React.ReactNode;
};

/** A labelled input of an `ApiForm`, with the messages about its value. */
export function Field({ name, label, hint, rules, aside, ...input }: FieldProps) {
  const messages = use(FormContext).fields[name] ?? [];
  const wrong = messages.length > 0;
  const described = [hint && `${name}-hint`, wrong && `${name}-error`, rules && `${name}-rules`].filter(Boolean).join(" ");
  return (
    <div>
      <div className="flex flex-wrap items-baseline gap-x-3">
        <label htmlFor={name} className="font-bold">
          {label}
        </label>
        {hint && (
          <p id={`${name}-hint`} className="text-ink-soft">
            {hint}
          </p>
        )}
      </div>
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
      {wrong && (
        <div id={`${name}-error`} className="pt-1 font-semibold text-danger">
          {messages.map((message) => (
            <p key={message}>{message}</p>
          ))}
        </div>
      )}
      {rules}
    </div>
  );
}
