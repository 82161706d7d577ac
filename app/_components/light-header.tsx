"use client";

import { WhoIsHere } from "./who-is-here.tsx";
import { Wordmark } from "./wordmark.tsx";

/** A header without a menu and a logout, whose scripts every page would load. */
export function LightHeader() {
  return (
    <>
      <div className="me-auto">
        <Wordmark />
      </div>
      <WhoIsHere />
    </>
  );
}
