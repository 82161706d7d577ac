"use client";

import { useEffect, useRef } from "react";

/** Says what has been done, and takes the focus: the button that did it is gone. */
export function SaidHere({ said }: { said: string | null }) {
  const status = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (said !== null) status.current?.focus();
  }, [said]);
  return (
    <p ref={status} role="status" tabIndex={-1} className={said === null ? undefined : "notice notice-good mb-6"}>
      {said}
    </p>
  );
}
