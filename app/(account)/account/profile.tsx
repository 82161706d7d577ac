"use client";

import { useRef, useState } from "react";
import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import type { Account } from "#lib/answers.ts";
import { accountApi } from "#lib/client/account-api.ts";
import type { ChangeAccountInput } from "#lib/schemas.ts";
import { profileWords } from "./account-words.ts";

type Values = Pick<Account, "username" | "age">;

/** The username and the date of birth. After a change of the name `ViewerProvider` shows it on all of the page, in every tab. */
export function Profile(first: Values) {
  const name = useRef<HTMLInputElement>(null);
  const born = useRef<HTMLInputElement>(null);
  const [saved, setSaved] = useState(first);
  // What the last change replaced, until it is back.
  const [former, setFormer] = useState<Values | null>(null);
  const isFormer = ({ username, age }: ChangeAccountInput) => username === former?.username && age === former?.age;

  function show({ username, age }: Values): void {
    if (name.current) name.current.value = username;
    if (born.current) born.current.value = age;
  }

  function keep({ username, age }: Account): void {
    // The server trims and normalises the name.
    show({ username, age });
    if (isFormer({ username, age })) setFormer(null);
    else if (username !== saved.username || age !== saved.age) setFormer(saved);
    setSaved({ username, age });
  }

  function undo(values: Values): void {
    show(values);
    name.current?.form?.requestSubmit();
  }

  return (
    <>
      <ApiForm
        call={accountApi.change}
        submit={{ label: "Save the profile", doing: "Saving", look: "sm:w-auto" }}
        onDone={keep}
        says={(input) => (isFormer(input) ? "Changed back." : "Saved.")}
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
          type="date"
          max="9999-12-31"
          ref={born}
          defaultValue={first.age}
          autoComplete="bday"
        />
      </ApiForm>
      {former && (
        <button type="button" className="button button-plain mt-3" onClick={() => undo(former)}>
          Undo the change
        </button>
      )}
    </>
  );
}
