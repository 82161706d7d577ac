"use client";

import { useEffect, useRef, useState } from "react";
import { resembles, SITE_NAME } from "#lib/passwords/resembles.ts";
import { counted } from "./counted.ts";

type Props = {
  /** The password's field */
  name: string;
  /** In code points */
  minLength: number;
  /** When the server checks what this page can't: "at signup" */
  checked: string;
  /** Whether the form has the account's `username` and `email`, in fields of these names */
  hasAccount: boolean;
};
type Typed = Record<string, string>;

/** The rules for a new password, each ticked off once the typed one keeps it. */
export function PasswordRules({ name, minLength, checked, hasAccount }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [typed, setTyped] = useState<Typed>({});
  useEffect(() => {
    const form = list.current?.closest("form");
    const read = () => setTyped(Object.fromEntries(new FormData(form ?? undefined)) as Typed);
    // Fields may have been filled in before the scripts arrived.
    read();
    form?.addEventListener("input", read);
    // A form says that it is emptied before it is.
    const readLater = () => queueMicrotask(read);
    form?.addEventListener("reset", readLater);
    return () => {
      form?.removeEventListener("input", read);
      form?.removeEventListener("reset", readLater);
    };
  }, []);
  const password = typed[name] ?? "";
  const isLong = [...password].length >= minLength;
  const isUnlike = isUnlikeTheRest(password, typed);
  return (
    <>
      <ul ref={list} id={`${name}-rules`} className="mt-1.5 list-none pl-0 text-ink-soft">
        <Rule isKept={isLong}>At least {counted(minLength, "character")}</Rule>
        {/* The list of common passwords is long, and stays on the server. */}
        <Rule isKept={false}>Not a common one: checked {checked}</Rule>
        <Rule isKept={hasAccount && isUnlike}>
          Not like your username, your email or “{SITE_NAME}”{!hasAccount && `: checked ${checked}`}
        </Rule>
      </ul>
      {/* Announced once, when the rules are kept: announced one by one, they would interrupt the typing. */}
      <p role="status" className="sr-only">
        {isLong && isUnlike && `The password is long enough${hasAccount ? ", and unlike the rest" : ""}.`}
      </p>
    </>
  );
}

// Trims and normalises the values as the server does before it compares them.
function isUnlikeTheRest(password: string, { username = "", email = "" }: Typed): boolean {
  const others = [username.trim().normalize("NFKC"), email.trim(), SITE_NAME];
  return password !== "" && !others.some((other) => resembles(password, other));
}

function Rule({ isKept, children }: { isKept: boolean; children: React.ReactNode }) {
  return (
    <li className="flex gap-2">
      <Mark isKept={isKept} />
      <span>
        {children}
        {isKept && <span className="sr-only">: done</span>}
      </span>
    </li>
  );
}

/** An empty ring, or a full one with a tick in it: they differ by more than their colour. */
function Mark({ isKept }: { isKept: boolean }) {
  return (
    <svg viewBox="0 0 16 16" className={`mark ${isKept ? "mark-kept" : ""}`} aria-hidden="true">
      <circle cx="8" cy="8" r="7" />
      {isKept && <path d="m4.5 8.5 2.5 2.5 4.5-5.5" />}
    </svg>
  );
}
