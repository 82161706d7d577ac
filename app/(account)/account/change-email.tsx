"use client";

import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import { accountApi } from "#lib/client/account-api.ts";
import type { ChangeEmailInput } from "#lib/schemas.ts";
import { changeEmailWords } from "./account-words.ts";

/** Asks for a new address, which has to confirm it. @param isFirst whether the account has none yet */
export function ChangeEmail({ isFirst }: { isFirst: boolean }) {
  return (
    <ApiForm<ChangeEmailInput, unknown>
      call={accountApi.changeEmail}
      submit={{ label: isFirst ? "Add the address" : "Change the address", doing: "Sending", look: "sm:w-auto" }}
      says={({ email }) => `We sent an email to ${email.trim()}. Its link makes that your address; until then nothing changes.`}
      words={changeEmailWords}
      clears
    >
      <Field
        name="email"
        label={isFirst ? "Your address" : "New address"}
        type="email"
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
      />
    </ApiForm>
  );
}
