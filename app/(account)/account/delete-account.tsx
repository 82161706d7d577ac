"use client";

import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import { accountApi } from "#lib/client/account-api.ts";
import type { Result } from "#lib/client/call.ts";

/** Deletes the account, once its username has been typed. `ViewerProvider` then leaves the page, here and in the other tabs. */
export function DeleteAccount({ username }: { username: string }) {
  async function deleteIfMeant({ confirmation }: { confirmation: string }): Promise<Result<null>> {
    if (isSame(confirmation, username)) return accountApi.delete();
    const message = `To delete the account, type its username here: ${username}`;
    return { ok: false, failure: { kind: "fields", fields: { confirmation: [message] } } };
  }
  return (
    <ApiForm call={deleteIfMeant} submit={{ label: "Delete my account", doing: "Deleting", look: "button-danger sm:w-auto" }}>
      <Field name="confirmation" label="Type your username" autoComplete="off" autoCapitalize="none" spellCheck={false} />
    </ApiForm>
  );
}

function isSame(typed: string, username: string): boolean {
  return typed.trim().normalize("NFKC").toLowerCase() === username.toLowerCase();
}
