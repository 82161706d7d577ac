"use client";

import { api } from "#lib/client/api-client.ts";
import { ApiForm } from "./api-form.tsx";
import { PasswordField } from "./password-field.tsx";
import { proofWords } from "./proof-words.ts";
import { UsernameForManagers } from "./username-for-managers.tsx";

/** For an account without two-step login. */
export function ProofByPassword({ username, onDone }: { username: string; onDone: () => void }) {
  return (
    <ApiForm
      call={(input: { password: string }) => api.post("/api/user/reauthenticate/", input)}
      onDone={onDone}
      submit={{ label: "Go on", doing: "Checking" }}
      words={proofWords}
    >
      <UsernameForManagers username={username} />
      <PasswordField name="password" label="Password" autoComplete="current-password" />
    </ApiForm>
  );
}
