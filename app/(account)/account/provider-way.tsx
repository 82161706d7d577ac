"use client";

import { useEffect, useRef, useState } from "react";
import { AskFirst } from "#app/_components/ask-first.tsx";
import { CallButton } from "#app/_components/call-button.tsx";
import { FailureNotice } from "#app/_components/failure-notice.tsx";
import { useApiCall } from "#app/_components/use-api-call.ts";
import { leaveFor } from "#lib/client/leave.ts";
import { providerApi } from "#lib/client/provider-api.ts";
import { providerWayWords } from "./provider-way-words.ts";

type Props = {
  id: string;
  name: string;
  icon: React.ReactNode;
  isLinked: boolean;
  /** What the server says of its state: whether it opens the account, and what to do before it can be removed */
  state: React.ReactNode;
  canRemove: boolean;
};

/** A provider that opens the account, or can be made to. After a change the server renders it anew. */
export default function ProviderWay({ id, name, icon, isLinked, state, canRemove }: Props) {
  const [isRemoved, setRemoved] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // The button that had the focus is gone.
    if (isRemoved) row.current?.focus();
  }, [isRemoved]);
  return (
    <li ref={row} tabIndex={-1} className="row">
      <div className="min-w-0 grow basis-44">
        <p className="flex items-center font-bold">
          {icon}
          <span className="inline-block first-letter:uppercase">{name}</span>
        </p>
        <p role="status" className={isRemoved ? "font-semibold" : "text-ink-soft"}>
          {isRemoved ? "Removed. It opens your account no more, and all other devices are logged out." : state}
        </p>
      </div>
      {canRemove && !isRemoved && (
        <AskFirst
          label="Remove"
          about={name}
          question={`Remove ${name}? It then opens your account no more, and all other devices are logged out.`}
          confirm={{ label: "Remove it", doing: "Removing" }}
          call={() => providerApi.unlink(id)}
          onDone={() => setRemoved(true)}
          words={providerWayWords}
        />
      )}
      {!isLinked && <Add id={id} name={name} />}
    </li>
  );
}

function Add({ id, name }: { id: string; name: string }) {
  const call = useApiCall(() => providerApi.link(id), { onDone: ({ url }) => leaveFor(url), words: providerWayWords });
  return (
    <>
      <CallButton
        type="button"
        className="button button-plain"
        label={
          <>
            Add<span className="sr-only"> {name}</span>
          </>
        }
        busyLabel={`Going to ${name}…`}
        isBusy={call.isBusy}
        isWaiting={call.isWaiting}
        onClick={() => call.run(null)}
      />
      <div className="notices basis-full">
        <FailureNotice call={call} />
      </div>
    </>
  );
}
