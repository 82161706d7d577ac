import { counted } from "./counted.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A time in words, as one would say it: "45 seconds", "2 minutes", "about an hour". @param seconds a whole number */
export function duration(seconds: number): string {
  // Rounds before it chooses the unit: 59 minutes and 50 seconds are about an hour, not about 60 minutes.
  if (seconds < MINUTE) return counted(seconds, "second");
  if (Math.round(seconds / MINUTE) < 60) return rounded(seconds, MINUTE, "minute");
  if (Math.round(seconds / HOUR) < 24) return rounded(seconds, HOUR, "hour");
  return rounded(seconds, DAY, "day");
}

/** A time as a countdown shows it: 0:05, 12:00, 23:59:59. @param seconds a whole number */
export function clock(seconds: number): string {
  const parts = [Math.floor(seconds / MINUTE) % 60, seconds % MINUTE].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(seconds / HOUR);
  return hours > 0 ? [hours, ...parts].join(":") : parts.join(":").replace(/^0/, "");
}

function rounded(seconds: number, unitSeconds: number, unit: string): string {
  const count = Math.round(seconds / unitSeconds);
  if (count * unitSeconds === seconds) return counted(count, unit);
  if (count > 1) return `about ${counted(count, unit)}`;
  return `about ${unit === "hour" ? "an" : "a"} ${unit}`;
}
