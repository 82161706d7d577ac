"use client";

import { useEffect, useRef } from "react";
import { forgetSaid } from "#app/_components/said-once.tsx";
import { partLeft } from "#lib/client/leave.ts";
import { announceElsewhere } from "#lib/client/session-channel.ts";

type Props = {
  isGood: boolean;
  /** The part of the page at which it is said if the walk began at none */
  part: string;
  children: React.ReactNode;
};

/** What a walk to a provider came to, said at the part of the page where it was begun. What was asked for there is not repeated. */
export default function CameBack({ isGood, part, children }: Props) {
  const words = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    forgetSaid();
    // The account may have changed.
    announceElsewhere("changed");
    const place = partLeft(part)?.querySelector(".came-back");
    // A copy: a portal would make every page of the site load one more file.
    const notice = words.current?.cloneNode(true) as HTMLElement;
    place?.append(notice);
    notice.focus();
    return () => notice.remove();
  }, [part]);
  return (
    <div hidden>
      <p ref={words} role="status" tabIndex={-1} className={`notice ${isGood ? "notice-good" : ""} mb-6 font-semibold`}>
        <span>{children}</span>
      </p>
    </div>
  );
}
