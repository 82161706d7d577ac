"use client";

import { lazy, Suspense, useState } from "react";
import { forgetPasskey } from "#lib/client/forget-passkey.ts";
import type { OwnPasskey } from "#lib/pages/own-account.ts";
import { AddPasskey } from "./add-passkey.tsx";
import { SaidHere } from "./said-here.tsx";

// Not everybody has one.
const Passkey = lazy(() => import("./passkey.tsx"));

type Props = {
  passkeys: OwnPasskey[];
  /** Whether browsers use passkeys at the site's address */
  isPossible: boolean;
  /** Whether there is one passkey, and no other way to log in */
  isLastWayIn: boolean;
};

/** The passkeys, and how to add one. After a change the server renders the list anew. */
export function Passkeys({ passkeys, isPossible, isLastWayIn }: Props) {
  const [removed, setRemoved] = useState<ReadonlySet<number>>(new Set());
  const [said, setSaid] = useState<string | null>(null);
  const shown = passkeys.filter(({ id }) => !removed.has(id));

  function noteRemoved({ id, name, credentialId }: OwnPasskey): void {
    setRemoved((before) => new Set([...before, id]));
    setSaid(`“${name}” is removed. It opens your account no more, and all other devices are logged out.`);
    forgetPasskey(credentialId);
  }

  return (
    <>
      <SaidHere said={said} />
      {shown.length > 0 && (
        <ul className="mb-6 list-none pl-0">
          <Suspense>
            {shown.map((passkey) => (
              <Passkey key={passkey.id} passkey={passkey} isLastWayIn={isLastWayIn} onRemoved={() => noteRemoved(passkey)} />
            ))}
          </Suspense>
        </ul>
      )}
      <AddPasskey isPossible={isPossible} />
    </>
  );
}
