"use client";

import { useState } from "react";
import { leaveFor } from "#lib/client/leave.ts";
import { providerApi } from "#lib/client/provider-api.ts";
import { CallButton } from "./call-button.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { useApiCall } from "./use-api-call.ts";

type Props = {
  providers: { id: string; name: string; icon?: React.ReactNode }[];
  /** What goes before "with Google" */
  verb: string;
  /** Where to go after the login: a path of this site */
  next: string;
};

/** A button for each provider. It leads to the provider's own pages, which lead back here. */
export function ProviderButtons({ providers, verb, next }: Props) {
  const [chosen, setChosen] = useState("");
  const call = useApiCall(({ id }: { id: string }) => providerApi.signIn(id, next), {
    onDone: ({ url }) => leaveFor(url),
  });
  return (
    <div className="grid gap-3">
      {providers.map(({ id, name, icon }) => (
        <CallButton
          key={id}
          type="button"
          className="button button-plain"
          label={
            <>
              {icon}
              {verb} with {name}
            </>
          }
          busyLabel={
            <>
              {icon}
              Going to {name}…
            </>
          }
          isBusy={call.isBusy && chosen === id}
          // While one of them is at work, the others do nothing.
          isWaiting={call.isWaiting || call.isBusy}
          onClick={() => {
            setChosen(id);
            void call.run({ id });
          }}
        />
      ))}
      <div className="notices -mt-3">
        <FailureNotice call={call} />
      </div>
    </div>
  );
}
