"use client";

import { useEffect, useRef, useState } from "react";
import { counted } from "#app/_components/counted.ts";
import { resembles, SITE_NAME } from "#lib/passwords/resembles.ts";

type Typed = { username?: string; email?: string; password: string };
type Props = {
  /** The name of the password's field */
  name: string;
  /** In code points */
  minLength: number;
  /** "at signup": when the server judges the rest */
  checked: string;
};

/** The rules for a new password, each ticked off once the typed one keeps it. The form has `username` and `email` beside it. */
export function PasswordRules({ name, minLength, checked }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [typed, setTyped] = useState<Typed>({ password: "" });
  useEffect(() => {
    const form = list.current?.closest("form");
    const read = () => {
      const fields = new FormData(form ?? undefined);
      setTyped({ ...Object.fromEntries(fields), password: String(fields.get(name) ?? "") });
    };
    // A form says that it is reset before it does it.
    const readLater = () => queueMicrotask(read);
    // Fields may have been filled in before the scripts arrived.
    read();
    form?.addEventListener("input", read);
    form?.addEventListener("reset", readLater);
    return () => {
      form?.removeEventListener("input", read);
      form?.removeEventListener("reset", readLater);
    };
  }, [name]);
  const isLong = [...typed.password].length >= minLength;
  const isUnlike = isUnlikeTheRest(typed);
  return (
    <>
      <ul ref={list} id={`${name}-rules`} className="mt-1.5 text-ink-soft">
        <Rule isKept={isLong}>At least {counted(minLength, "character")}</Rule>
        {/* The list of common passwords is long, and stays on the server. */}
        <Rule isKept={false}>Not a common one: checked {checked}</Rule>
        <Rule isKept={isUnlike}>Not like your username, your email or “{SITE_NAME}”</Rule>
      </ul>
      {/* Announced once, when the rules are kept: announced one by one, they would interrupt the typing. */}
      <p role="status" className="sr-only">
        {isLong && isUnlike && "The password is long enough, and unlike the rest."}
      </p>
    </>
  );
}

// Trims and normalises the values as the server does before it compares them.
function isUnlikeTheRest({ username = "", email = "", password }: Typed): boolean {
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
