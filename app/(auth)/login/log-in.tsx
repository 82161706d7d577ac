"use client";

import { useEffect, useState } from "react";
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

  useEffect(() => {
    if (second === null) return;
    const goBack = () => setSecond(null);
    window.addEventListener("popstate", goBack);
    return () => window.removeEventListener("popstate", goBack);
  }, [second]);

  function goOn(username: string, shown: SecondStepShown): void {
    setName(username);
    setIsOver(false);
    setSecond(shown);
    // The browser's way back leads to the first step, not to the page before.
    window.history.pushState(null, "", window.location.href);
  }

  function startAgain(isOver: boolean): void {
    setIsOver(isOver);
    window.history.back();
  }

  if (second) {
    return <second.Form step={second.step} name={name} onOver={() => startAgain(true)} onStartAgain={() => startAgain(false)} />;
  }
  return (
    <>
      <h1>Log in</h1>
      {isOver ? <SaidOnce isGood>{SECOND_STEP_OVER}</SaidOnce> : said}
      <LogInForm name={name} onSecondStep={goOn} />
      {children}
    </>
  );
}
