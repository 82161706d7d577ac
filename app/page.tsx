import { counted } from "#app/_components/counted.ts";
import { Moment } from "#app/_components/moment.tsx";
import { ResendConfirmation } from "#app/_components/resend-confirmation.tsx";
import { Stage } from "#app/_components/stage.tsx";
import type { Session } from "#lib/answers.ts";
import { getAccount, getSessions } from "#lib/pages/own-account.ts";
import { requireViewer } from "#lib/pages/viewer.ts";

// In characters. A name may have 150, and must not push everything else off the ticket.
const LONG_NAME = 40;

export default async function HomePage() {
  const viewer = await requireViewer();
  const [account, sessions] = await Promise.all([getAccount(viewer), getSessions(viewer)]);
  const { username, email, email_verified: isVerified } = account;
  return (
    <Stage>
      <div className="ticket">
        <div>
          <h1 className={[...username].length > LONG_NAME ? "text-2xl sm:text-3xl" : "headline"}>
            Welcome, <bdi>{username}</bdi>
          </h1>
          <p className="mt-4 max-w-[45ch] text-lg">
            This is your ticket to MovieConnect. Log out when you leave a screen that others use.
          </p>
          <dl className="mt-6 grid gap-5">
            {email !== null && (
              <div>
                <dt className="font-bold">
                  <bdi>{email}</bdi>
                </dt>
                <dd>{isVerified ? "Confirmed: mails to you go there." : <Unconfirmed />}</dd>
              </div>
            )}
            <div>
              <dt className="font-bold">{whereLoggedIn(sessions)}</dt>
              <dd>
                <Latest sessions={sessions} /> <a href="/account#devices">See your devices</a>
              </dd>
            </div>
          </dl>
          <p className="mt-7">
            <a href="/account" className="button">
              Go to your account
            </a>
          </p>
        </div>
        <p className="flex items-center justify-center text-2xl font-bold md:text-3xl md:[writing-mode:vertical-rl]">Admit two</p>
      </div>
    </Stage>
  );
}

function Unconfirmed() {
  return (
    <>
      <p className="mb-3 max-w-[50ch]">
        Not confirmed yet. Open the link of the mail that we sent there: without it you can't get back in if you forget your
        password.
      </p>
      <ResendConfirmation />
    </>
  );
}

function whereLoggedIn(sessions: Session[]): string {
  return sessions.length === 1 ? "Logged in on this device alone" : `Logged in on ${counted(sessions.length, "device")}`;
}

/** The other device that was used last. */
function Latest({ sessions }: { sessions: Session[] }) {
  const other = sessions.find(({ current }) => !current);
  if (other === undefined) return "Nobody else uses your account.";
  return (
    <>
      Apart from this one, last used: {other.device ?? "an unknown device"}, <Moment at={other.last_used_at} />.
    </>
  );
}
