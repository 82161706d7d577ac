"use client";

import { use, useEffect, useRef } from "react";
import { Field } from "#app/_components/field.tsx";
import { FormContext } from "#app/_components/form-context.ts";

/**
 * The field for a code. It has the focus when it comes, and a wrong code is selected: typing replaces it. The sixth digit sends
 * nothing: a page that leaves while somebody types surprises those who can't see it (WCAG 3.2.2).
 */
export function CodeField({ isRecovering }: { isRecovering: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const wrong = use(FormContext).fields.code;
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (wrong) field.current?.select();
  }, [wrong]);
  // No limit of length: apps and people put spaces between the digits.
  const codes = isRecovering
    ? ({ label: "Recovery code", autoComplete: "off", autoCapitalize: "characters" } as const)
    : ({ label: "Code", hint: "Six digits", autoComplete: "one-time-code", inputMode: "numeric" } as const);
  return <Field {...codes} name="code" ref={field} spellCheck={false} autoCorrect="off" />;
}
