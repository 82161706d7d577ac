import { NeedsScript } from "#app/_components/needs-script.tsx";
import { PageTitle } from "#app/_components/page-title.tsx";
import { config } from "#lib/config.ts";
import { getAccount, getDevices, getLatestEvents, getPasskeys } from "#lib/pages/own-account.ts";
import { passkeysHere } from "#lib/pages/passkeys-here.ts";
import { requireViewer } from "#lib/pages/viewer.ts";
import { Activity } from "./activity.tsx";
import { DeleteAccount } from "./delete-account.tsx";
import { Devices } from "./devices.tsx";
import { EmailAddress } from "./email-address.tsx";
import { Export } from "./export.tsx";
import { isLastWayIn } from "./last-way-in.ts";
import { Part } from "./part.tsx";
import { Passkeys } from "./passkeys.tsx";
import { Password } from "./password.tsx";
import { Profile } from "./profile.tsx";
import { TwoStep } from "./two-step.tsx";
import { hasOtherWays, WaysIn } from "./ways-in.tsx";

const PARTS = [
  { id: "profile", title: "Profile", about: "Who you are here." },
  { id: "email-address", title: "Email address", about: "We write to it when something happens to your account." },
  { id: "change-password", title: "Password", about: "A long one that you use nowhere else." },
  {
    id: "ways-in",
    title: "Ways to log in",
    about: "Each of these opens your account. Two are better than one, should one be lost.",
  },
  {
    id: "passkeys",
    title: "Passkeys",
    about: "Log in with your finger, your face or your device's PIN. There is no password that a false page could steal.",
  },
  {
    id: "two-step",
    title: "Two-step login",
    about: "A stolen password is then not enough: a login also needs a code from your phone.",
  },
  { id: "devices", title: "Devices", about: "Where you are logged in. Log out each device that you don't know." },
  { id: "activity", title: "Activity", about: "What happened to your account. If something wasn't you, change the password." },
  { id: "export", title: "Your data", about: "All that MovieConnect keeps about you, in one file." },
  { id: "delete", title: "Leave", about: "Your account goes at once, with everything in it. There is no way back." },
] as const;

/**
 * The account with its parts. They are not in the page: a page begins anew when the query changes, and what came of a walk to a
 * provider is a query, which the browser takes away once it is said.
 */
export default async function AccountParts({ children }: { children: React.ReactNode }) {
  const viewer = await requireViewer();
  const [account, passkeys, sessions, events] = await Promise.all([
    getAccount(viewer),
    getPasskeys(viewer),
    getDevices(viewer),
    getLatestEvents(viewer),
  ]);
  const { username, email } = account;
  const parts = PARTS.filter(({ id }) => id !== "ways-in" || hasOtherWays(account));
  const contents: Record<(typeof PARTS)[number]["id"], React.ReactNode> = {
    profile: <Profile username={username} age={account.age} />,
    "email-address": <EmailAddress email={email} isVerified={account.email_verified} />,
    "change-password": (
      <Password username={username} email={email} hasPassword={account.has_password} minLength={config().PASSWORD_MIN_LENGTH} />
    ),
    "ways-in": <WaysIn account={account} />,
    passkeys: <Passkeys passkeys={passkeys} isPossible={await passkeysHere()} isLastWayIn={isLastWayIn(account, "passkey")} />,
    "two-step": <TwoStep userId={account.id} username={username} isOn={account.totp} codesLeft={account.recovery_codes_left} />,
    devices: <Devices sessions={sessions} />,
    activity: <Activity key={events.results[0]?.id} first={events} />,
    export: <Export username={username} />,
    delete: <DeleteAccount username={username} />,
  };
  return (
    <>
      <PageTitle>Your account</PageTitle>
      <div>
        <h1>Your account</h1>
        <nav aria-label="Parts of your account" className="mt-5">
          <ul className="flex list-none flex-wrap gap-x-5 gap-y-2 pl-0">
            {parts.map(({ id, title }) => (
              <li key={id}>
                <a href={`#${id}`}>{title}</a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="notices">
          <NeedsScript doing="Changing anything here" />
        </div>
      </div>
      <div className="parts">
        {parts.map((part) => (
          <Part key={part.id} {...part}>
            {contents[part.id]}
          </Part>
        ))}
      </div>
      {children}
    </>
  );
}
