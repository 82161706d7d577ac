"use client";

import { ApiForm } from "@/app/_components/api-form";
import { Field } from "@/app/_components/field";
import { PasswordField } from "@/app/_components/password-field";
import { api } from "@/lib/api-client";

/** `minimumAge` in years, 0 for none; `passwordMinLength` in characters. */
type Props = { passwordMinLength: number; minimumAge: number; logInPath: string };

export function SignUpForm({ passwordMinLength, minimumAge, logInPath }: Props) {
  return (
    <ApiForm
      call={api.signUp}
      // A whole page load: password managers take it for success, and the filled form is not left in the history.
      onDone={() => window.location.replace(logInPath)}
      submit={{ label: "Sign up", busyLabel: "Signing up…" }}
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
        // Any end keeps browsers from asking for years of six digits.
        max="9999-12-31"
        autoComplete="bday"
      />
      <PasswordField
        name="password"
        label="Password"
        hint={`At least ${passwordMinLength} characters. Not a common one, and not like your username, your email or “MovieConnect”.`}
        autoComplete="new-password"
      />
    </ApiForm>
  );
}
