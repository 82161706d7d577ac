"use client";

import { useEffect, useRef, useState } from "react";
import { AskFirst } from "#app/_components/ask-first.tsx";
import { counted } from "#app/_components/counted.ts";
import type { Session } from "#lib/answers.ts";
import { accountApi } from "#lib/client/account-api.ts";
import { Device } from "./device.tsx";

/** The living sessions, each with what is known of its device. A session that is ended here stays in the list, and says so. */
export function Devices({ sessions }: { sessions: Session[] }) {
  const [ended, setEnded] = useState<ReadonlySet<string>>(new Set());
  const [said, setSaid] = useState<string | null>(null);
  const status = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (said !== null) status.current?.focus();
  }, [said]);
  const others = sessions.filter(({ current, id }) => !current && !ended.has(id));

  function endedOthers({ ended: count }: { ended: number }): void {
    setEnded(new Set(sessions.filter(({ current }) => !current).map(({ id }) => id)));
    setSaid(`Done: ${counted(count, "session")} ended. You are logged in here alone.`);
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
      {others.length > 1 && (
        <div className="mt-5">
          <AskFirst
            label="End all other sessions"
            question={`End ${counted(others.length, "session")}, all but this one?`}
            confirm={{ label: "End them", doing: "Ending" }}
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
