"use client";

import { useRef, useState } from "react";
import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import type { Account } from "#lib/answers.ts";
import { accountApi } from "#lib/client/account-api.ts";
import { profileWords } from "./account-words.ts";

type Values = Pick<Account, "username" | "age">;
type Given = { username: string; age: string };

/** The username and the date of birth. After a change of the name `ViewerProvider` shows it on all of the page, in every tab. */
export function Profile({ username, age }: Values) {
  const name = useRef<HTMLInputElement>(null);
  // What the page was opened with: after each change the server renders it anew, with other properties.
  const [first] = useState({ username, age });
  // A date that was not given before can be changed, but not taken back.
  const isChanged = username !== first.username || (first.age !== null && age !== first.age);

  // A date that was never given may stay so, while the name is changed.
  const change = ({ age: given, ...others }: Given) =>
    accountApi.change(age === null && given === "" ? others : { ...others, age: given });

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
        call={change}
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
        <Field
          name="age"
          label="Date of birth"
          hint={age === null ? "Not given yet." : undefined}
          type="date"
          max="9999-12-31"
          defaultValue={first.age ?? age ?? undefined}
          autoComplete="bday"
        />
      </ApiForm>
      {isChanged && (
        <button type="button" className="button button-plain mt-3" onClick={undo}>
          Undo
        </button>
      )}
    </>
  );
}
