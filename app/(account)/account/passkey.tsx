"use client";

import { useState } from "react";
import { AskFirst } from "#app/_components/ask-first.tsx";
import { Moment } from "#app/_components/moment.tsx";
import { factorApi } from "#lib/client/factor-api.ts";
import type { OwnPasskey } from "#lib/pages/own-account.ts";
import { passkeyWords } from "./passkey-words.ts";
import { RenamePasskey } from "./rename-passkey.tsx";

type Props = { passkey: OwnPasskey; isLastWayIn: boolean; onRemoved: () => void };

/** A passkey: its name, when it was used, and the buttons that rename and remove it. */
export default function Passkey({ passkey, isLastWayIn, onRemoved }: Props) {
  const { id, synced, created_at, last_used_at } = passkey;
  // The new name, until the server has rendered it.
  const [saved, setSaved] = useState({ from: passkey.name, to: passkey.name });
  const [isRenaming, setRenaming] = useState(false);
  const name = saved.from === passkey.name ? saved.to : passkey.name;
  return (
    <li className="row">
      <div className="min-w-0 grow basis-full sm:basis-44">
        <p>
          <bdi className="font-bold">{name}</bdi>
          {synced && <span className="badge">On several devices</span>}
        </p>
        <p className="text-ink-soft">
          {last_used_at === null ? (
            "Not used yet"
          ) : (
            <>
              Last used <Moment at={last_used_at} />
            </>
          )}
        </p>
        <p className="text-ink-soft">
          Added <Moment at={created_at} />
        </p>
        {isLastWayIn && (
          <p className="text-ink-soft">
            There is no other way in, so it can't be removed. <a href="#change-password">Set a password</a> first.
          </p>
        )}
      </div>
      <RenamePasskey
        id={id}
        name={name}
        isOpen={isRenaming}
        onOpen={setRenaming}
        onRenamed={(to) => setSaved({ from: passkey.name, to })}
      />
      {!isLastWayIn && !isRenaming && (
        <AskFirst
          label="Remove"
          about={name}
          question={`Remove “${name}”? It then opens your account no more, and all other devices are logged out.`}
          confirm={{ label: "Remove it", doing: "Removing" }}
          call={() => factorApi.removePasskey(id)}
          onDone={onRemoved}
          words={passkeyWords}
        />
      )}
    </li>
  );
}
