"use client";

import { LogOut } from "#app/_components/log-out.tsx";
import { useViewer } from "#app/_components/viewer.tsx";

/** Before a link is used: says who is logged in here, since the mail may have been for another account. */
export function LoggedInAs() {
  const viewer = useViewer();
  if (viewer === null) return null;
  return (
    <p className="notice notice-good mt-5">
      <span>
        You are logged in here as <bdi className="font-bold">{viewer.username}</bdi>. This link is about the account that got our
        email, which may be another one.
      </span>
    </p>
  );
}

/** After a link was used: the way on, for a visitor and for a signed-in user. */
export function WayOn() {
  const viewer = useViewer();
  if (viewer === null) {
    return (
      <p className="mt-6">
        <a href="/login" className="button w-full">
          Log in
        </a>
      </p>
    );
  }
  return (
    <>
      <p className="mt-5">
        You are logged in here as <bdi className="font-bold">{viewer.username}</bdi>.
      </p>
      <div className="mt-5 flex flex-wrap gap-3">
        <a href="/" className="button">
          Go on
        </a>
        <LogOut />
      </div>
    </>
  );
}
