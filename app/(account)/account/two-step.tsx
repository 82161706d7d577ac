"use client";

import { lazy, Suspense, useState } from "react";
import type { RecoveryCodes, TotpSecret } from "#lib/answers.ts";
import { factorApi } from "#lib/client/factor-api.ts";
import { withScripts } from "#lib/client/with-scripts.ts";
import { SaidHere } from "./said-here.tsx";
import { TwoStepOff } from "./two-step-off.tsx";
import { noteKept, noteShown } from "./unkept-codes.ts";

// Not everybody has it on, and few people come to the others, and seldom: the scripts are loaded then.
const TwoStepOn = lazy(() => import("./two-step-on.tsx"));
const loadEnrolment = () => import("./enrolment.tsx");
const loadNewCodes = () => import("./new-codes.tsx");
const Enrolment = lazy(loadEnrolment);
const NewCodes = lazy(loadNewCodes);

type Props = {
  userId: number;
  username: string;
  isOn: boolean;
  /** How many recovery codes are left */
  codesLeft: number;
};

/** Codes of an authenticator app: how they are switched on and off, and the recovery codes. */
export function TwoStep({ userId, username, isOn, codesLeft }: Props) {
  const [secret, setSecret] = useState<TotpSecret | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [said, setSaid] = useState<string | null>(null);

  const begin = () => withScripts(() => Promise.all([loadEnrolment(), loadNewCodes()]), factorApi.beginCodes);
  const renew = () => withScripts(loadNewCodes, factorApi.renewRecoveryCodes);

  function enrol(begun: TotpSecret): void {
    setSaid(null);
    setSecret(begun);
  }

  function show({ recovery_codes }: RecoveryCodes): void {
    noteShown(userId);
    setSaid(null);
    setSecret(null);
    setCodes(recovery_codes);
  }

  function finish(): void {
    noteKept();
    setCodes(null);
    setSaid("Two-step login is on, and all other devices are logged out. Your recovery codes won't be shown again.");
  }

  function leave(): void {
    setSecret(null);
    setSaid("Nothing has changed.");
  }

  if (codes !== null) {
    return (
      <Suspense>
        <NewCodes codes={codes} username={username} onKept={finish} />
      </Suspense>
    );
  }
  if (secret !== null) {
    return (
      <Suspense>
        <Enrolment secret={secret} onConfirmed={show} onLeft={leave} />
      </Suspense>
    );
  }
  return (
    <>
      <SaidHere said={said} />
      {isOn ? (
        <Suspense>
          <TwoStepOn
            userId={userId}
            codesLeft={codesLeft}
            begin={begin}
            onBegun={enrol}
            renew={renew}
            onRenewed={show}
            onOff={() => setSaid("Two-step login is off. All other devices are logged out.")}
          />
        </Suspense>
      ) : (
        <TwoStepOff begin={begin} onBegun={enrol} />
      )}
    </>
  );
}
