import { redirect } from "next/navigation";
import { NeedsScript } from "#app/_components/needs-script.tsx";
import { PageTitle } from "#app/_components/page-title.tsx";
import { ProviderIcon } from "#app/_components/provider-icon.tsx";
import { startOf } from "#app/_components/walk-words.ts";
import { type AuthSearch, nextPath } from "#app/(auth)/next-path.ts";
import { Ways } from "#app/(auth)/other-ways.tsx";
import { config } from "#lib/config.ts";
import { getPendingSignup, type Newcomer } from "#lib/pages/pending-signup.ts";
import { getViewer } from "#lib/pages/viewer.ts";
import { logInPath, signUpPath } from "#lib/pages/visitor-paths.ts";
import { CompleteSignUpForm } from "./complete-sign-up-form.tsx";

// In characters. A provider's name for a person can be of any length, and must not push the form off the screen.
const LONG_NAME = 40;

/** Where somebody arrives who came from a provider, and has no account yet. Until the form is sent, nothing is stored. */
export default async function CompleteSignUpPage({ searchParams }: { searchParams: AuthSearch }) {
  const next = nextPath((await searchParams).next);
  const [viewer, newcomer] = await Promise.all([getViewer(), getPendingSignup()]);
  if (viewer) return newcomer ? <IsLoggedIn provider={newcomer.provider} username={viewer.username} /> : redirect(next ?? "/");
  return newcomer ? <Complete newcomer={newcomer} next={next} /> : <BeginAgain next={next} />;
}

type Shown = { newcomer: Newcomer; next: string | null };

function Complete({ newcomer: { provider, name, username, email, isTaken }, next }: Shown) {
  const { MINIMUM_AGE } = config();
  return (
    <>
      <PageTitle>Complete your signup</PageTitle>
      {isTaken ? <HasAccount provider={provider} email={email} /> : <Greeting provider={provider} name={name} />}
      <CompleteSignUpForm
        provider={{ ...provider, icon: <ProviderIcon id={provider.id} /> }}
        username={username}
        email={isTaken ? null : email}
        minimumAge={MINIMUM_AGE}
        logInPath={logInPath(next, "confirm_first")}
        next={next ?? "/"}
      />
    </>
  );
}

function Greeting({ provider, name }: Pick<Newcomer, "provider" | "name">) {
  const isShown = name !== null && [...name].length <= LONG_NAME;
  return (
    <>
      <h1>Almost there{isShown && <bdi>, {name}</bdi>}</h1>
      <p className="mt-3 mb-6 text-lg text-ink-soft">
        {startOf(provider.name)} has confirmed who you are. Your account here is made when you have filled this in.
      </p>
    </>
  );
}

/** An address never joins accounts: their owner has to. */
function HasAccount({ provider, email }: Pick<Newcomer, "provider" | "email">) {
  return (
    <>
      <h1>You have an account already</h1>
      <p className="mt-3 mb-6 text-lg">
        There is an account with <bdi className="font-bold">{email}</bdi>. Log in to it, then add {provider.name} on your
        account's page: from then on you can log in with either.
      </p>
      <a href={logInPath("/account#ways-in")} className="button w-full">
        Log in to it
      </a>
      <p className="or">or</p>
      <p className="mb-6 text-lg text-ink-soft">Make a second account, with another address.</p>
    </>
  );
}

/** Another tab has logged in since. */
function IsLoggedIn({ provider: { name }, username }: { provider: Newcomer["provider"]; username: string }) {
  return (
    <>
      <PageTitle>You are logged in already</PageTitle>
      <h1>You are logged in already</h1>
      <p className="mt-3 text-lg">
        You are logged in here as <bdi className="font-bold">{username}</bdi>. What you have chosen at {name} doesn't open that
        account yet: add it on your account's page. To make another account, log out, then log in with {name}.
      </p>
      <p className="mt-5">
        <a href="/account#ways-in" className="button">
          Go to your account
        </a>
      </p>
    </>
  );
}

function BeginAgain({ next }: { next: string | null }) {
  return (
    <>
      <PageTitle>Please log in once more</PageTitle>
      <h1>Please log in once more</h1>
      <p className="mt-3 mb-6 text-lg text-ink-soft">
        There is no signup to complete here. Perhaps it is complete already, or it was begun more than 15 minutes ago. If you have
        no account yet, you come back to this page.
      </p>
      <Ways verb="Log in" next={next} />
      <div className="notices">
        <NeedsScript doing="Logging in" />
      </div>
      <p className="mt-6 flex flex-wrap justify-between gap-x-6 gap-y-3">
        <a href={logInPath(next)}>Log in with a password</a>
        <a href={signUpPath(next)}>Sign up with a password</a>
      </p>
    </>
  );
}
