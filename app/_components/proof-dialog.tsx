"use client";

import { useEffect, useRef, useState } from "react";
import { accountApi } from "#lib/client/account-api.ts";
import { askForProofBy } from "#lib/client/proof.ts";
import { ApiForm } from "./api-form.tsx";
import { PasswordField } from "./password-field.tsx";
import { proofWords } from "./proof-words.ts";
import { UsernameForManagers } from "./username-for-managers.tsx";
import { useViewer } from "./viewer.tsx";

type Answer = (isProved: boolean) => void;

/**
 * Asks for the password when a call wants a proof of who is at the screen. lib/client/api-client.ts then repeats the call by itself.
 * The browser keeps the focus inside, and gives it back at the end.
 */
export function ProofDialog() {
  const viewer = useViewer();
  const dialog = useRef<HTMLDialogElement>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);

  useEffect(() => askForProofBy(() => new Promise<boolean>((resolve) => setAnswer(() => resolve))), []);
  useEffect(() => {
    if (answer) dialog.current?.showModal();
  }, [answer]);

  function end(isProved: boolean): void {
    dialog.current?.close();
    answer?.(isProved);
    // The dialog's own event comes later, perhaps when the next question has been asked.
    setAnswer((current: Answer | null) => (current === answer ? null : current));
  }

  if (viewer === null || answer === null) return null;
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby="proof-title"
      aria-describedby="proof-reason"
      onClose={() => end(false)}
    >
      <h2 id="proof-title" className="text-2xl font-bold">
        Is it you, <bdi>{viewer.username}</bdi>?
      </h2>
      <p id="proof-reason" className="mt-2 mb-5 text-ink-soft">
        So that nobody else at your screen can do this, enter your password. Then it goes on by itself.
      </p>
      <ApiForm
        call={accountApi.reauthenticate}
        onDone={() => end(true)}
        submit={{ label: "Go on", doing: "Checking" }}
        words={proofWords}
      >
        <UsernameForManagers username={viewer.username} />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
      </ApiForm>
      <button type="button" className="button button-plain mt-3 w-full" onClick={() => end(false)}>
        Cancel
      </button>
    </dialog>
  );
}
