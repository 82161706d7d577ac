import { redirect } from "next/navigation";
import { PageTitle } from "#app/_components/page-title.tsx";
import { SaidOnce } from "#app/_components/said-once.tsx";
import { loginFailed, walkFailure, walkProvider } from "#app/_components/walk-words.ts";
import { type AuthSearch, nextPath } from "#app/(auth)/next-path.ts";
import { OtherWays } from "#app/(auth)/other-ways.tsx";
import { passkeysHere } from "#lib/pages/passkeys-here.ts";
import { getViewer, sessionEnd } from "#lib/pages/viewer.ts";
import { signUpPath } from "#lib/pages/visitor-paths.ts";
import { LogIn } from "./log-in.tsx";
import { PasskeyLogIn } from "./passkey-log-in.tsx";
import { Reason } from "./reason.tsx";

export default async function LogInPage({ searchParams }: { searchParams: AuthSearch }) {
  const { error, provider, reason, ...search } = await searchParams;
  const next = nextPath(search.next);
  const failure = walkFailure(error);
  const failed = failure && <SaidOnce isGood={false}>{loginFailed(failure, walkProvider(provider))}</SaidOnce>;
  const viewer = await getViewer();
  if (viewer && !failed) redirect(next ?? "/");
  // Another tab has logged in meanwhile.
  if (viewer) return <LoggedIn username={viewer.username} next={next} failed={failed} />;
  const said = failed ?? <Reason reason={reason ?? sessionEnd() ?? undefined} isOnTheWay={next !== null} />;
  return (
    <>
      <PageTitle>Log in</PageTitle>
      <LogIn said={said}>
        <OtherWays verb="Log in" next={next} first={(await passkeysHere()) && <PasskeyLogIn />} />
        <p className="mt-6 flex flex-wrap justify-between gap-x-6 gap-y-3">
          <span>
            New here? <a href={signUpPath(next)}>Create an account</a>
          </span>
          <a href="/forgot-password">Forgot password?</a>
        </p>
      </LogIn>
    </>
  );
}

type Still = { username: string; next: string | null; failed: React.ReactNode };

function LoggedIn({ username, next, failed }: Still) {
  return (
    <>
      <PageTitle>You are logged in already</PageTitle>
      <h1>You are logged in already</h1>
      {failed}
      <p>
        You are logged in here as <bdi className="font-bold">{username}</bdi>.
      </p>
      <p className="mt-5">
        <a href={next ?? "/"} className="button">
          Go on
        </a>
      </p>
    </>
  );
}
