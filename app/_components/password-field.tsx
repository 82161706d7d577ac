"use client";

import { use, useState } from "react";
import { Field, type FieldProps } from "./field.tsx";
import { FormContext } from "./form-context.ts";
import { useHydrated } from "./use-hydrated.ts";

/** A password that can be shown while it is typed. It is hidden while it is sent: browsers then remember visible values. */
export function PasswordField(props: Omit<FieldProps, "type" | "aside">) {
  const [shown, setShown] = useState(false);
  const { busy } = use(FormContext);
  const hydrated = useHydrated();
  return (
    <Field
      {...props}
      type={shown && !busy ? "text" : "password"}
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      aside={
        // The name says what a click does, so there is no `aria-pressed`: both together would be "Hide password, pressed".
        <button type="button" className="reveal" aria-controls={props.name} disabled={!hydrated} onClick={() => setShown(!shown)}>
          {shown ? "Hide" : "Show"}
          <span className="sr-only"> password</span>
        </button>
      }
    />
  );
}
