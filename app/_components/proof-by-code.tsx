"use client";

import { api } from "#lib/client/api-client.ts";
import type { Result } from "#lib/client/call.ts";
import { announceSession } from "#lib/client/session-channel.ts";
import { ApiForm } from "./api-form.tsx";
import { Field } from "./field.tsx";
import { proofWords } from "./proof-words.ts";

/** For an account with two-step login. */
export function ProofByCode({ hasRecoveryCodes, onDone }: { hasRecoveryCodes: boolean; onDone: () => void }) {
  return (
    <ApiForm call={prove} onDone={onDone} submit={{ label: "Go on", doing: "Checking" }} words={proofWords}>
      <Field
        id="proof-code"
        name="code"
        label="Code"
        hint={hasRecoveryCodes ? "A recovery code will do, too. It is good once, and logs all other devices out." : undefined}
        autoComplete="one-time-code"
        autoCapitalize="characters"
        spellCheck={false}
      />
    </ApiForm>
  );
}

async function prove({ code }: { code: string }): Promise<Result<unknown>> {
  const result = await api.post("/api/user/reauthenticate/", { code });
  // A recovery code has changed what the page shows: one code less, and other devices are logged out.
  if (result.ok && /\D/.test(code.replaceAll(/\s/g, ""))) announceSession("changed");
  return result;
}
