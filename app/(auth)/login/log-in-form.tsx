"use client";

import { ApiForm } from "@/app/_components/api-form";
import { Field } from "@/app/_components/field";
import { PasswordField } from "@/app/_components/password-field";
import { api } from "@/lib/api-client";

const NO_MATCH = "That name and password don't match an account. Check both, and try again.";

/** Once logged in, `ViewerProvider` goes to where the visitor was going, in this tab and the others. */
export function LogInForm() {
  return (
    <ApiForm call={api.logIn} submit={{ label: "Log in", busyLabel: "Logging in…" }} refusal={NO_MATCH}>
      <Field name="username" label="Username or email" autoComplete="username" autoCapitalize="none" spellCheck={false} />
      <PasswordField name="password" label="Password" autoComplete="current-password" />
    </ApiForm>
  );
}
