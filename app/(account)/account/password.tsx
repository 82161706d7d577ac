"use client";

import { ApiForm } from "#app/_components/api-form.tsx";
import { PasswordField } from "#app/_components/password-field.tsx";
import { PasswordRules } from "#app/_components/password-rules.tsx";
import { UsernameForManagers } from "#app/_components/username-for-managers.tsx";
import { accountApi } from "#lib/client/account-api.ts";
import type { ChangePasswordInput } from "#lib/schemas.ts";
import { changePasswordWords } from "./account-words.ts";

type Props = {
  username: string;
  email: string | null;
  hasPassword: boolean;
  /** In code points */
  minLength: number;
};

/** A new password. An account that has none sets its first without an old one. */
export function Password({ username, email, hasPassword, minLength }: Props) {
  return (
    <ApiForm<ChangePasswordInput, unknown>
      call={accountApi.changePassword}
      submit={{ label: hasPassword ? "Save the new password" : "Set the password", doing: "Saving", look: "sm:w-auto" }}
      says={() => "Your new password is saved. You stay logged in here, and are logged out everywhere else."}
      words={changePasswordWords}
      clears
    >
      <UsernameForManagers username={username} />
      {/* The new password is compared with it. */}
      <input type="hidden" name="email" value={email ?? ""} />
      {hasPassword && <PasswordField name="current_password" label="Current password" autoComplete="current-password" />}
      <PasswordField
        name="new_password"
        label="New password"
        rules={<PasswordRules name="new_password" minLength={minLength} checked="when you save" hasAccount />}
        autoComplete="new-password"
      />
    </ApiForm>
  );
}
