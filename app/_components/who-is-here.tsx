"use client";

import { usePathname } from "next/navigation";
import { useMaybeViewer } from "./viewer.tsx";

/** Says who is signed in, and leads to their account; for a visitor, to the login. It says nothing while that is not known. */
export function WhoIsHere() {
  const viewer = useMaybeViewer();
  const here = usePathname().replace(/\/$/, "");
  if (viewer === undefined) return null;
  if (viewer === null) {
    // The login and the signup lead to each other in their own words.
    return here === "/login" || here === "/signup" ? null : <a href="/login">Log in</a>;
  }
  return (
    <>
      <p className="max-w-40 grow basis-20 truncate text-end font-semibold sm:max-w-60 sm:flex-none">
        <span className="sr-only">Logged in as </span>
        <bdi>{viewer.username}</bdi>
      </p>
      <a href="/account" aria-current={here === "/account" ? "page" : undefined}>
        Account
      </a>
    </>
  );
}
