import { BeginCodes, type Beginning } from "./begin-codes.tsx";

/** What two-step login is, for an account without it. */
export function TwoStepOff(beginning: Beginning) {
  return (
    <>
      <p>
        It is off. Once it is on, a login also asks for a code of an authenticator app. You need such an app: on your phone, or as
        a part of your password manager.
      </p>
      <p className="mt-3 mb-5 text-ink-soft">A login with a passkey asks for no code: it is two steps by itself.</p>
      <BeginCodes {...beginning} label="Set up two-step login" />
    </>
  );
}
