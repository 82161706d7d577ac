"use client";

import { Fragment, useEffect, useRef } from "react";
import { providerApi } from "#lib/client/provider-api.ts";
import { ProofByCode } from "./proof-by-code.tsx";
import { ProofByPasskey } from "./proof-by-passkey.tsx";
import { ProofByPassword } from "./proof-by-password.tsx";
import { ProofByProvider } from "./proof-by-provider.tsx";
import { ProofReason } from "./proof-reason.tsx";

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
  return (username: string, onEnd: End) => <ProofQuestion username={username} methods={methods} linked={linked} onEnd={onEnd} />;
}

type Props = { username: string; methods: string[]; linked: Provider[]; onEnd: End };

/** The dialog that asks who is at the screen. The browser keeps the focus inside, and gives it back at the end. */
function ProofQuestion({ username, methods, linked, onEnd }: Props) {
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
      <ProofReason methods={methods} providers={linked} />
      {waysToProve({ username, methods, linked }, () => end(true)).map((way, index) => (
        <Fragment key={way.key}>
          {index > 0 && <p className="or">or</p>}
          {way}
        </Fragment>
      ))}
      <button type="button" className="button button-plain mt-3 w-full" onClick={() => end(false)}>
        Cancel
      </button>
    </dialog>
  );
}

function waysToProve({ username, methods, linked }: Omit<Props, "onEnd">, onDone: () => void): React.ReactElement[] {
  const hasCodes = methods.includes("totp");
  const ways = [
    methods.includes("password") && <ProofByPassword key="password" username={username} onDone={onDone} />,
    hasCodes && <ProofByCode key="code" hasRecoveryCodes={methods.includes("recovery_code")} onDone={onDone} />,
    methods.includes("passkey") && <ProofByPasskey key="passkey" onDone={onDone} />,
    linked.length > 0 && <ProofByProvider key="provider" providers={linked} />,
  ];
  return ways.filter((way) => way !== false);
}

/** The providers that would do: those that the account is linked with. */
async function findLinked(methods: string[], providers: Provider[]): Promise<Provider[]> {
  if (!methods.includes("provider")) return [];
  const linked = await providerApi.linked();
  // If that can't be asked just now, the API refuses those that are not.
  return linked.ok ? providers.filter(({ id }) => linked.data.includes(id)) : providers;
}
