"use client";

import { useEffect, useRef } from "react";
import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import { PasswordField } from "#app/_components/password-field.tsx";
import { newcomer } from "#app/(auth)/newcomer.ts";
import { api } from "#lib/client/api-client.ts";
import { logInWords } from "./log-in-words.ts";

/**
 * After the login `ViewerProvider` goes to the page that the visitor asked for, in this tab and the others.
 * After a signup the username is filled in.
 */
export function LogInForm() {
  const username = newcomer()?.username;
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (username !== undefined) password.current?.focus();
  }, [username]);
  return (
    <ApiForm call={api.logIn} submit={{ label: "Log in", doing: "Logging in" }} words={logInWords}>
      <Field
        name="username"
        label="Username or email"
        defaultValue={username}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
      />
      <PasswordField name="password" label="Password" autoComplete="current-password" ref={password} />
    </ApiForm>
  );
}
