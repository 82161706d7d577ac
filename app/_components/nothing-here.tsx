"use client";

// Next puts it beside every page. See auditorium.tsx.

import { Stage } from "./stage.tsx";

/** What is shown at an address that nothing is at. */
export function NothingHere() {
  return (
    <Stage empty>
      <div className="ticket">
        <div>
          <h1 className="headline">This page isn't showing</h1>
          <p className="mt-5 max-w-[45ch] text-lg">There is nothing at this address. The link may be old, or mistyped.</p>
          <p className="mt-7">
            <a href="/" className="button">
              Go to the start
            </a>
          </p>
        </div>
      </div>
    </Stage>
  );
}
