import { SaidOnce } from "#app/_components/said-once.tsx";
import type { LogInReason } from "#lib/pages/visitor-paths.ts";
import { NewcomersAddress } from "./newcomers-address.tsx";
import { SECOND_STEP_OVER } from "./second-step-over.ts";

const NEW_PASSWORD = <a href="/forgot-password">choose a new password</a>;

const WORDS: { [Reason in LogInReason]: React.ReactNode } = {
  signed_up: "Your account is ready. Log in.",
  confirm_first: (
    <>
      One step is left: open the link in the email that we sent to <NewcomersAddress />, then log in here. If it doesn't come
      within a few minutes, look in your spam folder. If the address is wrong, <a href="/signup">sign up again</a> with the right
      one, under another username.
    </>
  ),
  password_reset: "Your new password is saved, and every device is logged out. Log in with it.",
  logged_out: "You are logged out. See you soon.",
  deleted: "Your account is deleted, with everything in it. Thank you for the time you were here.",
  ended_elsewhere: <>You were logged out here from somewhere else. If that wasn't you, {NEW_PASSWORD}.</>,
  replayed: (
    <>
      An old copy of your login was used, so we logged you out to be safe. Log in again. If you can't explain the copy,{" "}
      {NEW_PASSWORD}.
    </>
  ),
  password_changed: (
    <>Your password was changed, so you were logged out here. Log in with the new one. If that wasn't you, {NEW_PASSWORD}.</>
  ),
  email_changed:
    "Your email address was changed, so you were logged out here. If that wasn't you, open our email to the old address: its link brings that address back.",
  account_disabled: "Your account has been switched off. If you think that is a mistake, ask the people who run MovieConnect.",
  second_step_over: SECOND_STEP_OVER,
  expired: "You were away for long, so your session ended. Log in to go on where you were.",
  ended: "Your session has ended. Log in to go on where you were.",
};

/** Says why the login page is shown. @param isOnTheWay whether the visitor asked for a page that needs a session */
export function Reason({ reason, isOnTheWay }: { reason: string | string[] | undefined; isOnTheWay: boolean }) {
  if (isReason(reason)) return <SaidOnce isGood>{WORDS[reason]}</SaidOnce>;
  if (isOnTheWay) return <p className="notice notice-good mt-5 mb-6 font-semibold">Please log in to see that page.</p>;
  return <p className="mt-3 mb-6 text-lg text-ink-soft">Your seat is where you left it.</p>;
}

function isReason(reason: string | string[] | undefined): reason is LogInReason {
  return typeof reason === "string" && Object.hasOwn(WORDS, reason);
}
