import { counted } from "#app/_components/counted.ts";
import { HeaderRow } from "#app/_components/header-row.tsx";
import { Moment } from "#app/_components/moment.tsx";
import { PasskeyOffer } from "#app/_components/passkey-offer.tsx";
import { ResendConfirmation } from "#app/_components/resend-confirmation.tsx";
import { Stage } from "#app/_components/stage.tsx";
import { Menu } from "#app/(app)/menu.tsx";
import type { Account, Session } from "#lib/answers.ts";
import { providers } from "#lib/auth/providers.ts";
import { getAccount, getDevices } from "#lib/pages/own-account.ts";
import { passkeysHere } from "#lib/pages/passkeys-here.ts";
import { requireViewer } from "#lib/pages/viewer.ts";

// In characters. A name may have 150, and must not push everything else off the ticket.
const LONG_NAME = 40;
/** So many recovery codes, or fewer, are few. */
const FEW_CODES = 3;

export default async function HomePage() {
  const viewer = await requireViewer();
  const [account, devices] = await Promise.all([getAccount(viewer), getDevices(viewer)]);
  const { id, username, email, email_verified: isVerified, passkeys } = account;
  return (
    <Stage header={<HeaderRow menu={<Menu />} />}>
      <title>MovieConnect</title>
      <div className="ticket">
        <div>
          <h1 className={[...username].length > LONG_NAME ? "text-2xl sm:text-3xl" : "headline"}>
            Welcome, <bdi>{username}</bdi>
          </h1>
          <p className="mt-4 max-w-[45ch] text-lg">
            This is your ticket to MovieConnect. Log out when you leave a screen that others use.
          </p>
          <div className="mt-7 grid gap-x-10 gap-y-6 sm:grid-cols-2">
            <section aria-labelledby="address">
              <h2 id="address" className="text-lg font-bold">
                {email === null || isVerified ? "Your address" : "Next: confirm your address"}
              </h2>
              <Address email={email} isVerified={isVerified} />
            </section>
            <section aria-labelledby="devices">
              <h2 id="devices" className="text-lg font-bold">
                {devices.length > 1 ? `Logged in on ${counted(devices.length, "device")}` : "Logged in here alone"}
              </h2>
              <OtherDevices devices={devices} />
            </section>
            <RecoveryCodes account={account} />
          </div>
        </div>
        <p className="flex items-center justify-center text-2xl font-bold md:text-3xl md:[writing-mode:vertical-rl]">Admit two</p>
      </div>
      <PasskeyOffer accountId={id} isWanted={passkeys === 0 && (await passkeysHere())} providers={providers()} />
    </Stage>
  );
}

/** The codes that replace a lost phone are running out. */
function RecoveryCodes({ account: { totp: isOn, recovery_codes_left: left } }: { account: Account }) {
  if (!isOn || left > FEW_CODES) return null;
  return (
    <section aria-labelledby="recovery-codes">
      <h2 id="recovery-codes" className="text-lg font-bold">
        {left > 0 ? `Only ${counted(left, "recovery code")} left` : "No recovery code left"}
      </h2>
      <p>You need them if you lose your phone.</p>
      <p className="mt-2">
        <a href="/account#two-step">Get new ones</a>
      </p>
    </section>
  );
}

function Address({ email, isVerified }: { email: string | null; isVerified: boolean }) {
  if (email === null) return <a href="/account#email-address">Add an email address</a>;
  if (isVerified) {
    return (
      <>
        <p>
          <bdi>{email}</bdi> is confirmed.
        </p>
        <p className="mt-2">
          <a href="/account">Go to your account</a>
        </p>
      </>
    );
  }
  return (
    <>
      <p className="mb-3">
        Open the link in the email that we sent to <bdi className="font-semibold">{email}</bdi>. Then we know that our emails
        reach you, should you forget your password.
      </p>
      <ResendConfirmation />
      <p className="mt-2">
        <a href="/account#email-address">Change the address</a>
      </p>
    </>
  );
}

function OtherDevices({ devices }: { devices: Session[] }) {
  const other = devices.find(({ current }) => !current);
  return (
    <>
      {other && (
        <p>
          Last used elsewhere: {other.device ?? "an unknown device"},
          {/* On a line of its own: it becomes shorter once the page knows the reader's zone. */}
          <span className="block">
            <Moment at={other.last_used_at} />
          </span>
        </p>
      )}
      {!other && <p>No other device can use your account.</p>}
      <p className="mt-2">
        <a href="/account#devices">See your devices</a>
      </p>
    </>
  );
}
