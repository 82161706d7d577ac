"use client";

import { useEffect, useRef, useState } from "react";
import { ApiForm } from "#app/_components/api-form.tsx";
import { duration } from "#app/_components/duration.ts";
import { Field } from "#app/_components/field.tsx";
import { api } from "#lib/client/api-client.ts";
import type { Result } from "#lib/client/call.ts";
import type { RecoverInput } from "#lib/schemas.ts";
import { recoverWords } from "./recover-words.ts";

/** Asks for a mail with a link for a new password. @param lifetime how long the link is good, in seconds */
export function RecoverForm({ lifetime }: { lifetime: number }) {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [isAnother, setIsAnother] = useState(false);

  async function recover(input: RecoverInput): Promise<Result<unknown>> {
    const result = await api.recover(input);
    if (result.ok) setSentTo(input.email.trim());
    return result;
  }

  function askForAnother(): void {
    setSentTo(null);
    setIsAnother(true);
  }

  if (sentTo !== null) return <Sent to={sentTo} lifetime={lifetime} onAnother={askForAnother} />;
  return (
    <ApiForm call={recover} submit={{ label: "Send me an email", doing: "Sending" }} words={recoverWords}>
      <Field
        name="email"
        label="Email"
        type="email"
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={isAnother}
      />
    </ApiForm>
  );
}

type SentProps = { to: string; lifetime: number; onAnother: () => void };

// Whether there is such an account is told to the address alone.
function Sent({ to, lifetime, onAnother }: SentProps) {
  const news = useRef<HTMLDivElement>(null);
  useEffect(() => news.current?.focus(), []);
  return (
    <>
      <div ref={news} tabIndex={-1} className="notice notice-good">
        <p>
          If an account has the address <bdi className="font-bold">{to}</bdi>, an email is on its way to it. Its link is good for{" "}
          {duration(lifetime)}.
        </p>
      </div>
      <p className="mt-5">Nothing there after a few minutes? Look in your spam folder, and check the address above.</p>
      <button type="button" className="button button-plain mt-5" onClick={onAnother}>
        Send another email
      </button>
    </>
  );
}
