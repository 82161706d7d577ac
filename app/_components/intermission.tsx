import { Stage } from "./stage.tsx";

/** Shown in place of a page that failed. `digest` leads to the cause in the server's log; a failure in the browser has none. */
export function Intermission({ digest }: { digest: string | undefined }) {
  return (
    <Stage empty>
      <title>Short intermission · MovieConnect</title>
      <div className="ticket">
        <div>
          <h1 className="headline">Short intermission</h1>
          <p className="mt-5 max-w-[45ch] text-lg">
            This page can't be shown just now. The fault is on our side, and nothing of yours is lost. Wait a moment, then try
            again.
          </p>
          <p className="mt-7">
            {/* A whole page load needs no script, and also ends a failure of the browser's scripts. */}
            {/* biome-ignore lint/a11y/useValidAnchor: this very page (RFC 3986 §4.4) */}
            <a href="" className="button">
              Try again
            </a>
          </p>
          <p className="mt-6">
            If it keeps happening, tell us {digest ? `this number: ${digest}` : "when it was, and what you did."}
          </p>
        </div>
      </div>
    </Stage>
  );
}
