"use client";

import { useState } from "react";
import { ApiForm } from "#app/_components/api-form.tsx";
import { PasskeyButton } from "#app/_components/passkey-button.tsx";
import { useHasPasskeys } from "#app/_components/use-has-passkeys.ts";
import { UsernameForManagers } from "#app/_components/username-for-managers.tsx";
import type { SecondStep } from "#lib/client/log-in-api.ts";
import { CodeField } from "./code-field.tsx";
import { secondStepWords } from "./second-step-words.ts";
import { showCode, showPasskey } from "./show-second-factor.ts";

type Props = {
  step: SecondStep;
  /** Whose account it is, as it was typed; undefined after a login with a provider */
  name: string | undefined;
  /** The challenge is good no more. */
  onOver: () => void;
  onStartAgain: () => void;
};

/** The second step of a login: a code of the authenticator app, a recovery code, or a passkey. */
export function SecondStepForm({ step: { challenge, methods }, name, onOver, onStartAgain }: Props) {
  const [isRecovering, setIsRecovering] = useState(false);
  const hasPasskeys = useHasPasskeys() && methods.includes("passkey");
  return (
    <>
      <h1>Enter your code</h1>
      <p className="mt-3 mb-6 text-lg text-ink-soft">
        {isRecovering
          ? "One step is left: one of the recovery codes that you kept. Each opens your account once, and logs out your other devices."
          : "One step is left: the code that your authenticator app shows for MovieConnect."}
      </p>
      <ApiForm
        key={String(isRecovering)}
        call={({ code }: { code: string }) => showCode(challenge, code, onOver)}
        submit={{ label: "Log in", doing: "Logging in" }}
        words={secondStepWords}
      >
        {name !== undefined && <UsernameForManagers username={name} />}
        <CodeField isRecovering={isRecovering} />
      </ApiForm>
      <p className="or">or</p>
      <div className="grid gap-3">
        {hasPasskeys && <PasskeyButton ask={() => showPasskey(challenge, onOver)} words={secondStepWords} />}
        {methods.includes("recovery_code") && (
          <button type="button" className="button button-plain" onClick={() => setIsRecovering(!isRecovering)}>
            {isRecovering ? "Use your authenticator app" : "Use a recovery code"}
          </button>
        )}
        <button type="button" className="button button-plain" onClick={onStartAgain}>
          Start again
        </button>
      </div>
      <p className="mt-6 text-ink-soft">
        Lost your phone and your recovery codes? Ask the people who run MovieConnect: they can switch two-step login off.
      </p>
    </>
  );
}
