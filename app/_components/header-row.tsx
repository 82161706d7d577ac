"use client";

import { LogOut } from "./log-out.tsx";
import { useViewer } from "./viewer.tsx";
import { WhoIsHere } from "./who-is-here.tsx";
import { Wordmark } from "./wordmark.tsx";

/** A header for the signed-in: the way home, the menu, who is signed in, and the logout. */
export function HeaderRow({ menu }: { menu: React.ReactNode }) {
  return (
    <>
      {/* On a phone the account's links and the logout stay together, in a row of their own. */}
      <div className="me-auto flex basis-full flex-wrap items-center gap-x-6 sm:basis-auto">
        <a href="/" className="no-underline">
          <Wordmark />
        </a>
        {menu}
      </div>
      <WhoIsHere />
      {useViewer() && <LogOut />}
    </>
  );
}
