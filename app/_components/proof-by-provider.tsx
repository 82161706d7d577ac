"use client";

import { leaveFor } from "#lib/client/leave.ts";
import { providerApi } from "#lib/client/provider-api.ts";
import { CallButton } from "./call-button.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { GENERAL } from "./in-our-words.ts";
import { proofWords, SAYS_NOTHING } from "./proof-words.ts";
import { ProviderButtons } from "./provider-buttons.tsx";
import { useApiCall } from "./use-api-call.ts";

type Provider = { id: string; name: string };

/** For an account without a password. @param providers those that would do */
export function ProofByProvider({ providers }: { providers: Provider[] }) {
  return (
    <div className="grid gap-3">
      {providers.map((provider) => (
        <Confirm key={provider.id} provider={provider} />
      ))}
    </div>
  );
}

function Confirm({ provider }: { provider: Provider }) {
  const { id, name } = provider;
  const call = useApiCall(() => providerApi.prove(id), { onDone: ({ url }) => leaveFor(url), words: proofWords });
  const { failure } = call;
  const saysNothing = failure?.kind === "fields" && failure.fields[GENERAL]?.includes(SAYS_NOTHING);
  return (
    <div>
      {saysNothing ? (
        <ProviderButtons providers={[provider]} verb="Log in again" next={`/account?confirmed=${id}`} />
      ) : (
        <CallButton
          type="button"
          className="button w-full"
          label={`Confirm with ${name}`}
          busyLabel={`Going to ${name}…`}
          isBusy={call.isBusy}
          isWaiting={call.isWaiting}
          onClick={() => call.run(null)}
        />
      )}
      <div className="notices">
        <FailureNotice call={call} />
      </div>
    </div>
  );
}
