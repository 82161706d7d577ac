"use client";

import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
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
export function CameBack({ isGood, part, children }: Props) {
  const [place, setPlace] = useState<Element | null>(null);
  const isRead = useRef(false);
  const notice = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (isRead.current) return;
    isRead.current = true;
    forgetSaid();
    // The account may have changed.
    announceElsewhere("changed");
    setPlace(partLeft(part)?.querySelector(".came-back") ?? null);
  }, [part]);
  useEffect(() => {
    if (place) notice.current?.focus();
  }, [place]);
  if (!place) return null;
  return createPortal(
    <p ref={notice} role="status" tabIndex={-1} className={`notice ${isGood ? "notice-good" : ""} mb-6 font-semibold`}>
      <span>{children}</span>
    </p>,
    place,
  );
}
