"use client";

import { LogOut } from "./log-out.tsx";
import { useViewer } from "./viewer.tsx";
import { WhoIsHere } from "./who-is-here.tsx";
import { Wordmark } from "./wordmark.tsx";

/** A header for the signed-in: the way home, the menu, who is signed in, and the logout. */
export function HeaderRow({ menu }: { menu: React.ReactNode }) {
  return (
    <>
      <div className="me-auto flex flex-wrap items-center gap-x-6">
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
