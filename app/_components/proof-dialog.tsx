"use client";

import { useEffect, useState } from "react";
import { askForProofBy } from "#lib/client/proof.ts";
import { useViewer } from "./viewer.tsx";

type Provider = { id: string; name: string };
type Answer = (isProved: boolean) => void;
type Asked = { question: Awaited<ReturnType<typeof import("./proof-question.tsx").prepareQuestion>>; answer: Answer };

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
        const { prepareQuestion } = await import("./proof-question.tsx");
        const question = await prepareQuestion(methods, providers);
        return new Promise<boolean>((answer) => setAsked({ question, answer }));
      }),
    [providers],
  );

  function end(isProved: boolean): void {
    asked?.answer(isProved);
    // The dialog's own event comes later, perhaps when the next question has been asked.
    setAsked((current) => (current === asked ? null : current));
  }

  return viewer && asked?.question(viewer.username, end);
}
