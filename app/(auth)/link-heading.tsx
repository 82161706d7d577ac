"use client";

import { useEffect, useRef } from "react";
import type { LinkState } from "./use-link.ts";

/** The heading of a page that a mail's link leads to. When an action changes it, it takes the focus: screen readers read it. */
export function LinkHeading({ state, open, done }: { state: LinkState; open: string; done: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const isNews = state === "done" || state === "dead";
  useEffect(() => {
    if (isNews) heading.current?.focus();
  }, [isNews]);
  const words = { open, done, dead: "This link can't be used any more", missing: "Open the link in our email" };
  return (
    <h1 ref={heading} tabIndex={isNews ? -1 : undefined}>
      {words[state]}
    </h1>
  );
}
