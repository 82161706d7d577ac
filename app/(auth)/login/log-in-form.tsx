"use client";

import { useEffect, useRef } from "react";
import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import { PasswordField } from "#app/_components/password-field.tsx";
import type { Result } from "#lib/client/call.ts";
import { logInApi, type SecondStep } from "#lib/client/log-in-api.ts";
import type { LogInInput } from "#lib/schemas.ts";
import { logInWords } from "./log-in-words.ts";

/** The second step, and the form for it, which is loaded when it is needed. */
export type SecondStepShown = { step: SecondStep; Form: typeof import("./second-step-form.tsx").SecondStepForm };

/** `name`: a username to begin with. `onSecondStep`: the password was right, and is not enough */
type Props = { name: string | undefined; onSecondStep: (name: string, shown: SecondStepShown) => void };

/** After the login `ViewerProvider` goes to the page that the visitor asked for, in this tab and the others. */
export function LogInForm({ name, onSecondStep }: Props) {
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (name !== undefined) password.current?.focus();
  }, [name]);

  async function logIn(input: LogInInput): Promise<Result<SecondStep | null>> {
    const result = await logInApi.byPassword(input);
    if (!result.ok || result.data === null) return result;
    const loaded = await import("./second-step-form.tsx").catch(() => null);
    if (loaded === null) return { ok: false, failure: { kind: "unavailable", retryAfter: null } };
    onSecondStep(input.username, { step: result.data, Form: loaded.SecondStepForm });
    return result;
  }

  return (
    <ApiForm call={logIn} submit={{ label: "Log in", doing: "Logging in" }} words={logInWords}>
      <Field
        name="username"
        label="Username or email"
        defaultValue={name}
        // Browsers offer passkeys in a field whose last word is "webauthn" (Web Authentication §5.1.4).
        autoComplete="username webauthn"
        autoCapitalize="none"
        spellCheck={false}
      />
      <PasswordField name="password" label="Password" autoComplete="current-password" ref={password} />
    </ApiForm>
  );
}
