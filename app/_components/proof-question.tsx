"use client";

import { useEffect, useRef } from "react";
import { api } from "#lib/client/api-client.ts";
import { providerApi } from "#lib/client/provider-api.ts";
import { ApiForm } from "./api-form.tsx";
import { PasswordField } from "./password-field.tsx";
import { ProofByProvider } from "./proof-by-provider.tsx";
import { proofWords } from "./proof-words.ts";
import { UsernameForManagers } from "./username-for-managers.tsx";

type Provider = { id: string; name: string };
type End = (isProved: boolean) => void;

/**
 * Prepares the question who is at the screen.
 * @param methods the ways to prove it
 * @param providers those that are switched on
 * @returns what renders the question
 */
export async function prepareQuestion(methods: string[], providers: Provider[]) {
  const linked = await findLinked(methods, providers);
  return (username: string, onEnd: End) => (
    <ProofQuestion username={username} hasPassword={methods.includes("password")} linked={linked} onEnd={onEnd} />
  );
}

type Props = { username: string; hasPassword: boolean; linked: Provider[]; onEnd: End };

/** The dialog that asks who is at the screen. The browser keeps the focus inside, and gives it back at the end. */
function ProofQuestion({ username, hasPassword, linked, onEnd }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);

  function end(isProved: boolean): void {
    dialog.current?.close();
    onEnd(isProved);
  }

  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby="proof-title"
      aria-describedby="proof-reason"
      onClose={() => end(false)}
    >
      <h2 id="proof-title" className="text-2xl font-bold">
        Is it you, <bdi>{username}</bdi>?
      </h2>
      {hasPassword ? <ByPassword username={username} onDone={() => end(true)} /> : <ProofByProvider providers={linked} />}
      <button type="button" className="button button-plain mt-3 w-full" onClick={() => end(false)}>
        Cancel
      </button>
    </dialog>
  );
}

function ByPassword({ username, onDone }: { username: string; onDone: () => void }) {
  return (
    <>
      <p id="proof-reason" className="mt-2 mb-5 text-ink-soft">
        So that nobody else at your screen can do this, enter your password. Then it goes on by itself.
      </p>
      <ApiForm
        call={(input: { password: string }) => api.post("/api/user/reauthenticate/", input)}
        onDone={onDone}
        submit={{ label: "Go on", doing: "Checking" }}
        words={proofWords}
      >
        <UsernameForManagers username={username} />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
      </ApiForm>
    </>
  );
}

/** The providers that would do: those that the account is linked with. None where the password is asked for. */
async function findLinked(methods: string[], providers: Provider[]): Promise<Provider[]> {
  if (!methods.includes("provider")) return [];
  const linked = await providerApi.linked();
  // If that can't be asked just now, the API refuses those that are not.
  return linked.ok ? providers.filter(({ id }) => linked.data.includes(id)) : providers;
}
