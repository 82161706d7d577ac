"use client";

import { useEffect, useState } from "react";
import { askForProofBy } from "#lib/client/proof.ts";
import { useViewer } from "./viewer.tsx";

type Provider = { id: string; name: string };
type Asked = {
  Question: typeof import("./proof-question.tsx").ProofQuestion;
  methods: string[];
  linked: Provider[];
  answer: (isProved: boolean) => void;
};

/**
 * Asks for a proof of who is at the screen when a call wants one. lib/client/api-client.ts then repeats the call by itself.
 * @param providers those that are switched on
 */
export function ProofDialog({ providers }: { providers: Provider[] }) {
  const viewer = useViewer();
  const [asked, setAsked] = useState<Asked | null>(null);

  useEffect(
    () =>
      askForProofBy(async (methods) => {
        // Loaded when it is needed, which is rarely.
        const { ProofQuestion: Question, findLinked } = await import("./proof-question.tsx");
        const linked = await findLinked(methods, providers);
        return new Promise<boolean>((answer) => setAsked({ Question, methods, linked, answer }));
      }),
    [providers],
  );

  function end(isProved: boolean): void {
    asked?.answer(isProved);
    // The dialog's own event comes later, perhaps when the next question has been asked.
    setAsked((current) => (current === asked ? null : current));
  }

  if (viewer === null || asked === null) return null;
  const { Question, methods, linked } = asked;
  return <Question username={viewer.username} methods={methods} linked={linked} onEnd={end} />;
}
