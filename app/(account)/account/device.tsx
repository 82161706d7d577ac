"use client";

import { useEffect, useRef } from "react";
import { AskFirst } from "#app/_components/ask-first.tsx";
import { Moment } from "#app/_components/moment.tsx";
import type { Session } from "#lib/answers.ts";
import { accountApi } from "#lib/client/account-api.ts";

type Props = { session: Session; hasEnded: boolean; onEnded: () => void };

/** A session: its device, whether it is this one, and the button that logs it out. */
export function Device({ session, hasEnded, onEnded }: Props) {
  const { id, current, created_at, last_used_at, address, device } = session;
  const name = device ?? "Unknown device";
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // The button that had the focus is gone.
    if (hasEnded && document.activeElement === document.body) row.current?.focus();
  }, [hasEnded]);
  return (
    <li ref={row} tabIndex={-1} className="row">
      <div className="min-w-0 grow basis-44">
        <p>
          <span className="font-bold">{name}</span>
          {address !== null && <span className="tabular-nums">, {address}</span>}
          {current && <span className="badge">This device</span>}
        </p>
        {hasEnded ? (
          <p className="font-semibold">Logged out. It can do nothing with your account any more.</p>
        ) : (
          <>
            <p className="text-ink-soft">
              Last used <Moment at={last_used_at} />
            </p>
            <p className="text-ink-soft">
              Logged in <Moment at={created_at} />
            </p>
          </>
        )}
      </div>
      {!current && !hasEnded && (
        <AskFirst
          label="Log out"
          about={name}
          question="Log this device out?"
          confirm={{ label: "Log it out", doing: "Logging out" }}
          call={() => accountApi.endSession(id)}
          onDone={onEnded}
        />
      )}
    </li>
  );
}
