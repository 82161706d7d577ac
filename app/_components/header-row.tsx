"use client";

import { Menu } from "#app/(app)/menu.tsx";
import { LogOut } from "./log-out.tsx";
import { useViewer } from "./viewer.tsx";
import { Wordmark } from "./wordmark.tsx";

/** What every page's header holds: the way home, the menu, and who is signed in. */
export function HeaderRow() {
  const viewer = useViewer();
  return (
    <>
      <div className="me-auto flex flex-wrap items-center gap-x-6">
        <a href="/" className="no-underline">
          <Wordmark />
        </a>
        <Menu isSignedIn={viewer !== null} />
      </div>
      {viewer ? (
        <>
          <p className="max-w-60 truncate font-semibold">
            <span className="sr-only">Logged in as </span>
            <bdi>{viewer.username}</bdi>
          </p>
          <LogOut />
        </>
      ) : (
        <a href="/login">Log in</a>
      )}
    </>
  );
}
