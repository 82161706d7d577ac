"use client";

import { saidTime } from "./said-time.ts";
import { useHydrated } from "./use-hydrated.ts";

/** A time in the reader's zone. The server does not know the zone: its HTML has the time in UTC, and says so. @param at RFC 3339 */
export function Moment({ at }: { at: string }) {
  const hydrated = useHydrated();
  const time = new Date(at);
  return <time dateTime={at}>{hydrated ? saidTime(time, new Date()) : `${at.slice(0, 10)}, ${at.slice(11, 16)} UTC`}</time>;
}
