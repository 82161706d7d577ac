"use client";

import { useState } from "react";
import { ApiForm } from "#app/_components/api-form.tsx";
import { Field } from "#app/_components/field.tsx";
import { SaidNotice } from "#app/_components/said-notice.tsx";
import type { RecoveryCodes, TotpSecret } from "#lib/answers.ts";
import { factorApi } from "#lib/client/factor-api.ts";
import type { CodeInput } from "#lib/schemas.ts";
import { Copy } from "./copy.tsx";
import { firstCodeWords } from "./first-code-words.ts";
import { useTakeFocus } from "./use-take-focus.ts";

type Props = { secret: TotpSecret; onConfirmed: (codes: RecoveryCodes) => void; onLeft: () => void };

/** Gives an authenticator app its secret, by a picture, a link or by hand, and takes the first code. */
export default function Enrolment({ secret: { secret, uri, qr }, onConfirmed, onLeft }: Props) {
  const [said, setSaid] = useState<string | null>(null);
  const heading = useTakeFocus<HTMLHeadingElement>();
  return (
    <>
      <h3 ref={heading} tabIndex={-1} className="text-xl font-bold">
        Connect your app
      </h3>
      <p className="mt-2">Add an account in your authenticator app, and scan this picture with it.</p>
      {/* An image runs no script. It brings its own white ground, which scanners need. */}
      {/* biome-ignore lint/performance/noImgElement: it is made here, so there is nothing to load or to scale */}
      <img
        src={`data:image/svg+xml,${encodeURIComponent(qr)}`}
        alt="QR code with the key below"
        width={240}
        height={240}
        className="mt-4 rounded-lg border border-edge"
      />
      <p className="mt-4">
        Is the app on this device? <a href={uri}>Open it with the key</a>. Or type the key into it:
      </p>
      <p className="my-3 font-mono text-lg">
        <code>{inGroups(secret)}</code>
      </p>
      <Copy label="Copy the key" text={secret} onSaid={setSaid} />
      <div className="notices">
        <SaidNotice said={said} />
      </div>
      <div className="mt-6">
        <ApiForm<CodeInput, RecoveryCodes>
          call={factorApi.confirmCodes}
          onDone={onConfirmed}
          submit={{ label: "Switch two-step login on", doing: "Checking the code", look: "sm:w-auto" }}
          words={firstCodeWords}
        >
          <Field
            id="first-code"
            name="code"
            label="Code that the app shows"
            hint="Six digits. All other devices are then logged out."
            inputMode="numeric"
            autoComplete="one-time-code"
          />
        </ApiForm>
        <button type="button" className="button button-plain mt-3 w-full sm:w-auto" onClick={onLeft}>
          Leave it
        </button>
      </div>
    </>
  );
}

function inGroups(secret: string): string {
  return secret.replaceAll(/.{4}(?!$)/g, "$& ");
}
