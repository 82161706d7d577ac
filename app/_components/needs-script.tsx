"use client";

import { useHydrated } from "./use-hydrated.ts";

/** Says that this needs scripts: at once where they are off, after a while where they don't arrive. @param doing "Logging in" */
export function NeedsScript({ doing }: { doing: string }) {
  const hydrated = useHydrated();
  return (
    <>
      <noscript>
        <p className="notice">{doing} needs JavaScript. Switch it on in this browser's settings, then reload the page.</p>
      </noscript>
      {!hydrated && (
        <p className="notice late">
          <span>
            {doing} needs JavaScript, which has not arrived yet. If this stays, check your connection, then{" "}
            {/* biome-ignore lint/a11y/useValidAnchor: this very page (RFC 3986 §4.4) */}
            <a href="">reload the page</a>.
          </span>
        </p>
      )}
    </>
  );
}
