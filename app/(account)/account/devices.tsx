"use client";

import { useEffect, useRef, useState } from "react";
import { AskFirst } from "#app/_components/ask-first.tsx";
import { counted } from "#app/_components/counted.ts";
import type { Session } from "#lib/answers.ts";
import { accountApi } from "#lib/client/account-api.ts";
import { Device } from "./device.tsx";

/** The living sessions, each with its device. A session that is ended here stays in the list, and says so. */
export function Devices({ sessions }: { sessions: Session[] }) {
  const [ended, setEnded] = useState<ReadonlySet<string>>(new Set());
  const [said, setSaid] = useState<string | null>(null);
  const status = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (said !== null) status.current?.focus();
  }, [said]);
  const others = sessions.filter(({ current }) => !current);
  const living = others.filter(({ id }) => !ended.has(id));

  function endedOthers({ ended: count }: { ended: number }): void {
    setEnded(new Set(others.map(({ id }) => id)));
    setSaid(`Done: ${counted(count, "device")} logged out. You are logged in here alone.`);
  }

  return (
    <>
      <ul className="list-none pl-0">
        {sessions.map((session) => (
          <Device
            key={session.id}
            session={session}
            hasEnded={ended.has(session.id)}
            onEnded={() => setEnded((before) => new Set([...before, session.id]))}
          />
        ))}
      </ul>
      {living.length > 1 && (
        <div className="mt-5">
          <AskFirst
            label="Log out all other devices"
            question={`Log out ${counted(living.length, "device")}, all but this one?`}
            confirm={{ label: "Log them out", doing: "Logging out" }}
            call={accountApi.endOtherSessions}
            onDone={endedOthers}
          />
        </div>
      )}
      <p ref={status} role="status" tabIndex={-1} className={said === null ? undefined : "notice notice-good mt-5"}>
        {said}
      </p>
    </>
  );
}
