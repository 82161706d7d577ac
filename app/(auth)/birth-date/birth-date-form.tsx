"use client";

import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import type { Words } from "#app/_components/words.ts";
import type { Account } from "#lib/answers.ts";
import { api } from "#lib/client/api-client.ts";
import type { Result } from "#lib/client/call.ts";
import { announceElsewhere } from "#lib/client/session-channel.ts";

type Given = { age: string };

type Props = {
  /** In years, 0 for none */
  minimumAge: number;
  /** A path of this site */
  next: string;
  /** A property, since a module that one more page loads would be a file of its own for the others, too */
  words: Words;
};

/** Saves the date of birth, and goes on. */
export function BirthDateForm({ minimumAge, next, words }: Props) {
  return (
    <ApiForm
      call={save}
      submit={{ label: "Save and go on", doing: "Saving" }}
      // The way back leads to the page before the login, not to a question that is answered.
      onDone={() => window.location.replace(next)}
      words={words}
    >
      <Field
        name="age"
        label="Date of birth"
        hint={minimumAge > 0 ? `We ask because you must be at least ${minimumAge}.` : undefined}
        type="date"
        max="9999-12-31"
        autoComplete="bday"
      />
    </ApiForm>
  );
}

async function save(given: Given): Promise<Result<Account>> {
  const result = await api.patch<Account>("/api/user/account/", given);
  if (result.ok) announceElsewhere("changed");
  return result;
}
