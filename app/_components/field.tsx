"use client";

import { type ComponentProps, use } from "react";
import { FormContext } from "./form-context.ts";

export type FieldProps = Omit<ComponentProps<"input">, "className"> & {
  /** By it the value is sent, and the messages about it come. It is the `id`, too, unless two forms of a page have such a field. */
  name: string;
  label: string;
  /** What a visitor should know before typing */
  hint?: string | undefined;
  /** The value's rules, to look at while typing: an element with the id `ID-rules` */
  rules?: React.ReactNode;
  /** A control at the end of the input */
  aside?: React.ReactNode;
};

/** A labelled input of an `ApiForm`, with the messages about its value. */
export function Field({ name, id = name, label, hint, rules, aside, ...input }: FieldProps) {
  const messages = use(FormContext).fields[name] ?? [];
  const wrong = messages.length > 0;
  const described = [hint && `${id}-hint`, wrong && `${id}-error`, rules && `${id}-rules`].filter(Boolean).join(" ");
  return (
    <div>
      <div className="flex flex-wrap items-baseline gap-x-3">
        <label htmlFor={id} className="font-bold">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-ink-soft">
            {hint}
          </p>
        )}
      </div>
      <div className="relative mt-1">
        <input
          required
          {...input}
          id={id}
          name={name}
          className={aside ? "input pr-24" : "input"}
          aria-invalid={wrong}
          aria-describedby={described || undefined}
        />
        {aside}
      </div>
      {wrong && (
        <div id={`${id}-error`} className="pt-1 font-semibold text-danger">
          {messages.map((message) => (
            <p key={message}>{message}</p>
          ))}
        </div>
      )}
      {rules}
    </div>
  );
}
