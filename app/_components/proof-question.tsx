"use client";

import { useEffect, useRef } from "react";
import { accountApi } from "#lib/client/account-api.ts";
import { providerApi } from "#lib/client/provider-api.ts";
import { ApiForm } from "./api-form.tsx";
import { PasswordField } from "./password-field.tsx";
import { ProofByProvider } from "./proof-by-provider.tsx";
import { proofWords } from "./proof-words.ts";
import { UsernameForManagers } from "./username-for-managers.tsx";

type Provider = { id: string; name: string };
type Props = {
  username: string;
  /** The ways that would do */
  methods: string[];
  /** From `findLinked` */
  linked: Provider[];
  onEnd: (isProved: boolean) => void;
};

/** The dialog that asks who is at the screen. The browser keeps the focus inside, and gives it back at the end. */
export function ProofQuestion({ username, methods, linked, onEnd }: Props) {
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
      {methods.includes("password") ? (
        <ByPassword username={username} onDone={() => end(true)} />
      ) : (
        <ProofByProvider providers={linked} />
      )}
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
      <ApiForm call={accountApi.reauthenticate} onDone={onDone} submit={{ label: "Go on", doing: "Checking" }} words={proofWords}>
        <UsernameForManagers username={username} />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
      </ApiForm>
    </>
  );
}

/**
 * The providers that would do, and are linked with the account.
 * @param methods the ways that would do
 * @param providers those that are switched on
 */
export async function findLinked(methods: string[], providers: Provider[]): Promise<Provider[]> {
  if (!methods.includes("provider")) return [];
  const linked = await providerApi.linked();
  // If that can't be asked just now, the API refuses those that are not.
  return linked.ok ? providers.filter(({ id }) => linked.data.includes(id)) : providers;
}
