"use client";

import { usePathname } from "next/navigation";
import { useViewer } from "#app/_components/viewer.tsx";
import { Wordmark } from "#app/_components/wordmark.tsx";

/** The name, and who is signed in. The login and the signup lead to each other in their own words. */
export function AuthHeader() {
  const viewer = useViewer();
  const isAtTheDoor = /^\/(login|signup)\/?$/.test(usePathname());
  return (
    <div className="flex flex-wrap items-center justify-end gap-x-4">
      <div className="me-auto">
        <Wordmark />
      </div>
      {viewer && (
        <>
          <p className="max-w-60 truncate font-semibold">
            <span className="sr-only">Logged in as </span>
            <bdi>{viewer.username}</bdi>
          </p>
          <a href="/account">Account</a>
        </>
      )}
      {!viewer && !isAtTheDoor && <a href="/login">Log in</a>}
    </div>
  );
}
