"use client";

import { useRouter } from "next/navigation";
import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import { PasswordField } from "#app/_components/password-field.tsx";
import { PasswordRules } from "#app/_components/password-rules.tsx";
import { rememberNewcomer } from "#app/(auth)/newcomer.ts";
import { api } from "#lib/client/api-client.ts";
import type { Result } from "#lib/client/call.ts";
import type { SignUpInput } from "#lib/schemas.ts";
import { signUpWords } from "./sign-up-words.ts";

/** `minimumAge` in years, 0 for none; `passwordMinLength` in characters; `logInPath`: where the signup leads. */
type Props = { passwordMinLength: number; minimumAge: number; logInPath: string };

export function SignUpForm({ passwordMinLength, minimumAge, logInPath }: Props) {
  const router = useRouter();
  return (
    <ApiForm
      call={signUp}
      // `replace` stays in this document, which remembers the name, and leaves no filled form in the history.
      onDone={() => router.replace(logInPath)}
      submit={{ label: "Sign up", doing: "Signing up" }}
      words={signUpWords}
    >
      <Field
        name="username"
        label="Username"
        hint={"What others see. Letters, digits and .\u00a0+\u00a0-\u00a0_"}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
      />
      <Field name="email" label="Email" type="email" autoComplete="email" autoCapitalize="none" spellCheck={false} />
      <Field
        name="age"
        label="Date of birth"
        hint={minimumAge > 0 ? `We ask because you must be at least ${minimumAge}.` : undefined}
        type="date"
        // Without a `max` browsers ask for years of six digits.
        max="9999-12-31"
        autoComplete="bday"
      />
      <PasswordField
        name="password"
        label="Password"
        rules={<PasswordRules name="password" minLength={passwordMinLength} checked="at signup" hasAccount />}
        autoComplete="new-password"
      />
    </ApiForm>
  );
}

async function signUp(input: SignUpInput): Promise<Result<unknown>> {
  const result = await api.signUp(input);
  if (result.ok) rememberNewcomer(result.data);
  return result;
}
