"use client";

import { use, useState } from "react";
import { Field, type FieldProps } from "./field.tsx";
import { FormContext } from "./form-context.ts";
import { useHydrated } from "./use-hydrated.ts";

/** A password that can be looked at while it is typed; never while it is sent, when browsers remember what they see. */
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
        // Its name says what it does next, so it says of no state: both would be "Hide password, pressed".
        <button type="button" className="reveal" aria-controls={props.name} disabled={!hydrated} onClick={() => setShown(!shown)}>
          {shown ? "Hide" : "Show"}
          <span className="sr-only"> password</span>
        </button>
      }
    />
  );
}
