"use client";

import { useRef, useState } from "react";
import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import type { Account } from "#lib/answers.ts";
import { accountApi } from "#lib/client/account-api.ts";
import { profileWords } from "./account-words.ts";

type Values = Pick<Account, "username" | "age">;

/** The username and the date of birth. After a change of the name `ViewerProvider` shows it on all of the page, in every tab. */
export function Profile({ username, age }: Values) {
  const name = useRef<HTMLInputElement>(null);
  // What the page was opened with: after each change the server renders it anew, with other properties.
  const [first] = useState({ username, age });
  const isChanged = username !== first.username || age !== first.age;

  function undo(): void {
    const form = name.current?.form;
    // To the fields' default values.
    form?.reset();
    // The button goes, and may not take the focus with it.
    name.current?.focus();
    form?.requestSubmit();
  }

  return (
    <>
      <ApiForm
        call={accountApi.change}
        submit={{ label: "Save the profile", doing: "Saving", look: "sm:w-auto" }}
        // The server trims and normalises the name.
        onDone={(saved) => name.current && Object.assign(name.current, { value: saved.username })}
        says={() => "Saved."}
        words={profileWords}
      >
        <Field
          name="username"
          label="Username"
          hint={"What others see. Letters, digits and .\u00a0+\u00a0-\u00a0_"}
          ref={name}
          defaultValue={first.username}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
        />
        <Field name="age" label="Date of birth" type="date" max="9999-12-31" defaultValue={first.age} autoComplete="bday" />
      </ApiForm>
      {isChanged && (
        <button type="button" className="button button-plain mt-3" onClick={undo}>
          Undo
        </button>
      )}
    </>
  );
}
