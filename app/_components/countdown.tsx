"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { clock } from "./duration.ts";

/** A clock that runs down, for the eye alone: read aloud each second it would drown everything else. */
export function Countdown({ seconds, onEnd }: { seconds: number; onEnd: () => void }) {
  const [left, setLeft] = useState(seconds);
  const end = useEffectEvent(onEnd);
  useEffect(() => {
    const endsAt = Date.now() + seconds * 1_000;
    const timer = setInterval(() => {
      // Not by counting ticks: a tab in the background is given fewer.
      const remaining = Math.ceil((endsAt - Date.now()) / 1_000);
      if (remaining > 0) setLeft(remaining);
      else end();
    }, 250);
    return () => clearInterval(timer);
  }, [seconds]);
  return (
    <p aria-hidden="true" className="shrink-0">
      Try again in <b className="tabular-nums">{clock(left)}</b>
    </p>
  );
}
