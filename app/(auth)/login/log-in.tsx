"use client";

import { useState } from "react";
import { SaidOnce } from "#app/_components/said-once.tsx";
import { newcomer } from "#app/(auth)/newcomer.ts";
import { LogInForm, type SecondStepShown } from "./log-in-form.tsx";
import { SECOND_STEP_OVER } from "./second-step-over.ts";

type Props = {
  /** Why the page is shown */
  said: React.ReactNode;
  /** The other ways to log in, and to go on without */
  children: React.ReactNode;
};

/**
 * Logs in with a password, and then with a code where the account asks for one. The challenge is in memory alone: after a reload
 * the login begins anew. After a signup the username is filled in.
 */
export function LogIn({ said, children }: Props) {
  const [name, setName] = useState(newcomer()?.username);
  const [second, setSecond] = useState<SecondStepShown | null>(null);
  const [isOver, setIsOver] = useState(false);

  function startAgain(isOver: boolean): void {
    setSecond(null);
    setIsOver(isOver);
  }

  if (second) {
    return <second.Form step={second.step} name={name} onOver={() => startAgain(true)} onStartAgain={() => startAgain(false)} />;
  }
  return (
    <>
      <h1>Log in</h1>
      {isOver ? <SaidOnce isGood>{SECOND_STEP_OVER}</SaidOnce> : said}
      <LogInForm
        name={name}
        onSecondStep={(username, shown) => {
          setName(username);
          setSecond(shown);
        }}
      />
      {children}
    </>
  );
}
