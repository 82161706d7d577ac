"use client";

import { api } from "#lib/client/api-client.ts";
import type { Result } from "#lib/client/call.ts";
import { askForPasskey } from "#lib/client/passkeys.ts";
import { PasskeyButton } from "./passkey-button.tsx";
import { proofWords } from "./proof-words.ts";

/** For an account that has a passkey, in place of what else it has. */
export function ProofByPasskey({ onDone }: { onDone: () => void }) {
  return <PasskeyButton ask={prove} onDone={onDone} words={proofWords} />;
}

async function prove(): Promise<Result<unknown>> {
  const answer = await askForPasskey();
  return answer.ok ? api.post("/api/user/reauthenticate/", { passkey: answer.data }) : answer;
}
