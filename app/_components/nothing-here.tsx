"use client";

// Next adds it to every page. As a client component it is not in their payload (see auditorium.tsx).

import { LightHeader } from "./light-header.tsx";
import { Stage } from "./stage.tsx";

/** What an unknown address shows. */
export function NothingHere() {
  return (
    <Stage header={<LightHeader />} empty>
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
