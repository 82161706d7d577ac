"use client";

import "./new-codes.css";
import { useState } from "react";
import { SaidNotice } from "#app/_components/said-notice.tsx";
import { Copy } from "./copy.tsx";
import { KeptCodes } from "./kept-codes.tsx";
import { saveFile } from "./save-file.ts";
import { useLeaveWarning } from "./use-leave-warning.ts";
import { useTakeFocus } from "./use-take-focus.ts";

type Props = { codes: string[]; username: string; onKept: () => void };

/** The recovery codes, which are shown this once: until they are said to be kept, the page is not left without a question. */
export default function NewCodes({ codes, username, onKept }: Props) {
  const heading = useTakeFocus<HTMLHeadingElement>();
  const [said, setSaid] = useState<string | null>(null);
  useLeaveWarning();
  const title = `MovieConnect: recovery codes of ${username}`;
  const text = [title, "Each of them is good once.", "", ...codes, ""].join("\r\n");

  function save(): void {
    saveFile(`movieconnect-recovery-codes-${username}.txt`, text, "text/plain");
    setSaid("The file is among your downloads.");
  }

  return (
    <>
      <h3 ref={heading} tabIndex={-1} className="text-xl font-bold">
        Keep these recovery codes
      </h3>
      <p className="mt-2">
        If you lose your phone, each of these codes opens your account once. They are shown only now. Keep them on paper or in a
        password manager, not on the phone alone.
      </p>
      <div className="print-alone mt-5 rounded-[10px] border-2 border-edge bg-field p-4">
        <p className="print-only">
          <span className="block font-bold">{title}</span>
          Each of them is good once.
        </p>
        <ol className="grid list-none gap-1 pl-0 font-mono">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ol>
      </div>
      <div className="mt-4 flex flex-wrap items-center gap-3">
        <Copy label="Copy the codes" text={codes.join("\n")} onSaid={setSaid} />
        <button type="button" className="button button-plain" onClick={() => window.print()}>
          Print the codes
        </button>
        <button type="button" className="button button-plain" onClick={save}>
          Download the codes
        </button>
      </div>
      <div className="notices">
        <SaidNotice said={said} />
      </div>
      <KeptCodes onKept={onKept} />
    </>
  );
}
