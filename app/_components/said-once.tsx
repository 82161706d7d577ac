"use client";

import { useEffect } from "react";

/** What the URL's query asks a page to say. */
const SAID_BY = ["reason", "error", "provider", "linked", "confirmed"];

/** A notice that the URL asks for. It takes that out of the URL, so that a reload doesn't say it again. */
export function SaidOnce({ isGood, children }: { isGood: boolean; children: React.ReactNode }) {
  useEffect(forgetSaid, []);
  return (
    <p role="status" className={`notice ${isGood ? "notice-good" : ""} mt-5 mb-6 font-semibold`}>
      <span>{children}</span>
    </p>
  );
}

/** Takes out of the URL what has been said. */
export function forgetSaid(): void {
  const url = new URL(window.location.href);
  for (const name of SAID_BY) url.searchParams.delete(name);
  window.history.replaceState(null, "", url);
}
