"use client";

import { ApiForm } from "#app/_components/api-form.tsx";
import { birthDateWords } from "#app/_components/birth-date-words.ts";
import { Field } from "#app/_components/field.tsx";
import type { Account } from "#lib/answers.ts";
import { api } from "#lib/client/api-client.ts";
import type { Result } from "#lib/client/call.ts";
import { announceElsewhere } from "#lib/client/session-channel.ts";

type Given = { age: string };

/** Saves the date of birth, and goes on. @param minimumAge in years, 0 for none @param next a path of this site */
export function BirthDateForm({ minimumAge, next }: { minimumAge: number; next: string }) {
  return (
    <ApiForm
      call={save}
      submit={{ label: "Save and go on", doing: "Saving" }}
      // The way back leads to the page before the login, not to a question that is answered.
      onDone={() => window.location.replace(next)}
      words={{ age: birthDateWords }}
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
