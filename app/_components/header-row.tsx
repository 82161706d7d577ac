"use client";

import { usePathname } from "next/navigation";
import { LogOut } from "./log-out.tsx";
import { useViewer } from "./viewer.tsx";
import { Wordmark } from "./wordmark.tsx";

/** What every page's header holds: the way home, a menu where there is one, and who is signed in. */
export function HeaderRow({ menu }: { menu?: React.ReactNode }) {
  const viewer = useViewer();
  const isAtAccount = usePathname() === "/account";
  return (
    <>
      <div className="me-auto flex flex-wrap items-center gap-x-6">
        <a href="/" className="no-underline">
          <Wordmark />
        </a>
        {menu}
      </div>
      {viewer ? (
        <>
          <p className="max-w-60 truncate font-semibold">
            <span className="sr-only">Logged in as </span>
            <bdi>{viewer.username}</bdi>
          </p>
          <a href="/account" aria-current={isAtAccount ? "page" : undefined}>
            Account
          </a>
          <LogOut />
        </>
      ) : (
        <a href="/login">Log in</a>
      )}
    </>
  );
}
