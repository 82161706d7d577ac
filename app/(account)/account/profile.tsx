"use client";

import { useRef } from "react";
import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import { accountApi } from "#lib/client/account-api.ts";
import { profileWords } from "./account-words.ts";

/** The username and the date of birth. After a change of the name `ViewerProvider` shows it on all of the page, in every tab. */
export function Profile({ username, age }: { username: string; age: string }) {
  const name = useRef<HTMLInputElement>(null);
  return (
    <ApiForm
      call={accountApi.change}
      submit={{ label: "Save the profile", doing: "Saving", look: "sm:w-auto" }}
      // The server trims and normalises it.
      onDone={(account) => name.current && Object.assign(name.current, { value: account.username })}
      says={() => "Saved."}
      words={profileWords}
    >
      <Field
        name="username"
        label="Username"
        hint={"What others see. Letters, digits and .\u00a0+\u00a0-\u00a0_"}
        ref={name}
        defaultValue={username}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
      />
      <Field name="age" label="Date of birth" type="date" max="9999-12-31" defaultValue={age} autoComplete="bday" />
    </ApiForm>
  );
}
