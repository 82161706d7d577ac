"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { clock } from "./duration.ts";

/** A countdown that is hidden from screen readers: read aloud each second it would drown everything else. */
export function Countdown({ seconds, onEnd }: { seconds: number; onEnd: () => void }) {
  const [left, setLeft] = useState(seconds);
  const end = useEffectEvent(onEnd);
  useEffect(() => {
    const endsAt = Date.now() + seconds * 1_000;
    const timer = setInterval(() => {
      // By the clock, not by counting ticks: a tab in the background gets fewer of them.
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
