"use client";

import { usePathname } from "next/navigation";
import { useViewer } from "#app/_components/viewer.tsx";
import { Wordmark } from "#app/_components/wordmark.tsx";

/** The name, and who is signed in. The login and the signup lead to each other in their own words. */
export function AuthHeader() {
  const viewer = useViewer();
  const isAtTheDoor = /^\/(login|signup)\/?$/.test(usePathname());
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4">
      <Wordmark />
      {viewer && (
        <a href="/account" className="max-w-60 truncate">
          <span className="sr-only">Your account: </span>
          <bdi>{viewer.username}</bdi>
        </a>
      )}
      {!viewer && !isAtTheDoor && <a href="/login">Log in</a>}
    </div>
  );
}
