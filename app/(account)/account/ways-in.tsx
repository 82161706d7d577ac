import { Suspense } from "react";
import { counted } from "#app/_components/counted.ts";
import { ProviderIcon } from "#app/_components/provider-icon.tsx";
import { isConfigured, providerName, providers } from "#lib/auth/providers.ts";
import type { ProviderId } from "#lib/settings/providers.ts";
import { isLastWayIn, type Ways } from "./last-way-in.ts";
import { ProviderWay } from "./loaded-later.tsx";

/** The ways to log in to the account: the password, passkeys, and each provider that is switched on, or linked. */
export function WaysIn({ account }: { account: Ways }) {
  return (
    <ul className="list-none pl-0">
      <li className="row">
        <p className="min-w-0 grow basis-44">
          <span className="block font-bold">Password</span>
          <span className="text-ink-soft">
            {account.has_password ? "With your username or your email address." : "There is none yet."}
          </span>
        </p>
        <a href="#change-password">{account.has_password ? "Change it" : "Set one"}</a>
      </li>
      <li className="row">
        <p className="min-w-0 grow basis-44">
          <span className="block font-bold">Passkeys</span>
          <span className="text-ink-soft">
            {account.passkeys === 0 ? "There is none yet." : `${counted(account.passkeys, "passkey")} of yours.`}
          </span>
        </p>
        <a href="#passkeys">{account.passkeys === 0 ? "Add one" : "See them"}</a>
      </li>
      <Suspense>
        {shownProviders(account).map((id) => (
          <ProviderWay
            key={id}
            id={id}
            name={providerName(id)}
            icon={<ProviderIcon id={id} />}
            isLinked={account.providers.includes(id)}
            state={<State account={account} id={id} />}
            canRemove={account.providers.includes(id) && !isLastWayIn(account, id)}
          />
        ))}
      </Suspense>
    </ul>
  );
}

/** Whether there is more to say than the parts about the password and passkeys say themselves. */
export function hasOtherWays(account: Ways): boolean {
  return shownProviders(account).length > 0;
}

function State({ account, id }: { account: Ways; id: ProviderId }) {
  if (!account.providers.includes(id)) return "Not added.";
  const opens = isConfigured(id) ? "It opens your account." : "It is switched off here now: it can't open your account.";
  if (!isLastWayIn(account, id)) return opens;
  return (
    <>
      {opens} There is no other way in, so it can't be removed. <a href="#change-password">Set a password</a> or{" "}
      <a href="#passkeys">add a passkey</a> first.
    </>
  );
}

function shownProviders(account: Ways): ProviderId[] {
  const off = account.providers.filter((id) => !isConfigured(id)) as ProviderId[];
  return [...providers().map(({ id }) => id), ...off];
}
