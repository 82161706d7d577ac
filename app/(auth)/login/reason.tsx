import type { LogInReason } from "#lib/pages/visitor-paths.ts";
import { SaidOnce } from "./said-once.tsx";

const WORDS: { [Reason in LogInReason]: string } = {
  signed_up: "Your account is ready. Log in.",
  logged_out: "You are logged out. See you soon.",
  deleted: "Your account is deleted, with everything in it. Thank you for the time you were here.",
  ended: "Your session has ended: its time was up, or it was ended elsewhere. Log in to go on where you were.",
};

/** Says why the login page is shown. @param isOnTheWay whether the visitor asked for a page that needs a session */
export function Reason({ reason, isOnTheWay }: { reason: string | string[] | undefined; isOnTheWay: boolean }) {
  const words = typeof reason === "string" && Object.hasOwn(WORDS, reason) ? WORDS[reason as LogInReason] : null;
  if (words) return <SaidOnce>{words}</SaidOnce>;
  if (isOnTheWay) return <p className="notice notice-good mt-5 mb-6 font-semibold">Please log in to see that page.</p>;
  return <p className="mt-3 mb-6 text-lg text-ink-soft">Your seat is where you left it.</p>;
}
