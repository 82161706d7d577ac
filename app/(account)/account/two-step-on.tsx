"use client";

import { AskFirst } from "#app/_components/ask-first.tsx";
import { counted } from "#app/_components/counted.ts";
import { useHydrated } from "#app/_components/use-hydrated.ts";
import type { RecoveryCodes } from "#lib/answers.ts";
import type { Result } from "#lib/client/call.ts";
import { factorApi } from "#lib/client/factor-api.ts";
import { BeginCodes, type Beginning } from "./begin-codes.tsx";
import { areUnkept } from "./unkept-codes.ts";

/** So few recovery codes that it is time for new ones (NIST SP 800-63B-4 §4.2.1.1). */
const FEW = 3;

type Props = Beginning & {
  userId: number;
  codesLeft: number;
  renew: () => Promise<Result<RecoveryCodes>>;
  onRenewed: (codes: RecoveryCodes) => void;
  onOff: () => void;
};

/** Two-step login of an account that has it: another app, new recovery codes, and the end of it. */
export default function TwoStepOn({ userId, codesLeft, begin, onBegun, renew, onRenewed, onOff }: Props) {
  const hydrated = useHydrated();
  return (
    <>
      <p>It is on: a login also asks for a code of your authenticator app. A login with a passkey asks for none.</p>
      <Hint codesLeft={codesLeft} isUnkept={hydrated && areUnkept(userId)} />
      <ul className="mt-6 list-none pl-0">
        <li className="row">
          <Row title="Authenticator app">The old app works until the new one has shown its first code.</Row>
          <BeginCodes begin={begin} onBegun={onBegun} label="Connect another app" />
        </li>
        <li className="row">
          <Row title="Recovery codes">
            {counted(codesLeft, "code")} left. Each opens your account once if you have lost your phone.
          </Row>
          <AskFirst
            label="Make new codes"
            question="Make ten new recovery codes? The old ones open nothing then, and all other devices are logged out."
            confirm={{ label: "Make them", doing: "Making them" }}
            call={renew}
            onDone={onRenewed}
          />
        </li>
        <li className="row">
          <Row title="Switching it off">A login then asks for no code any more.</Row>
          <AskFirst
            label="Switch it off"
            question="Switch two-step login off? A stolen password is then enough to log in. Your recovery codes are deleted, and all other devices are logged out."
            confirm={{ label: "Switch it off", doing: "Switching it off" }}
            call={factorApi.switchCodesOff}
            onDone={onOff}
          />
        </li>
      </ul>
    </>
  );
}

function Row({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <p className="min-w-0 grow basis-44">
      <span className="block font-bold">{title}</span>
      <span className="text-ink-soft">{children}</span>
    </p>
  );
}

function Hint({ codesLeft, isUnkept }: { codesLeft: number; isUnkept: boolean }) {
  if (isUnkept) {
    return (
      <p className="notice mt-5">
        Your recovery codes were shown here, and you did not say that you kept them. If you did not, make new ones.
      </p>
    );
  }
  if (codesLeft > FEW) return null;
  return (
    <p className="notice mt-5">
      {codesLeft === 0 ? "No recovery code is left." : `Only ${counted(codesLeft, "recovery code")} left.`} Make new ones: without
      them, and without your phone, you can't log in.
    </p>
  );
}
