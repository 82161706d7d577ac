import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SaidOnce } from "#app/_components/said-once.tsx";
import { loginFailed, walkFailure, walkProvider } from "#app/_components/walk-words.ts";
import { WayOn } from "#app/(auth)/logged-in-as.tsx";
import { type AuthSearch, nextPath } from "#app/(auth)/next-path.ts";
import { OtherWays } from "#app/(auth)/other-ways.tsx";
import { getViewer, sessionEnd } from "#lib/pages/viewer.ts";
import { signUpPath } from "#lib/pages/visitor-paths.ts";
import { LogInForm } from "./log-in-form.tsx";
import { Reason } from "./reason.tsx";

export const metadata: Metadata = { title: "Log in" };

export default async function LogInPage({ searchParams }: { searchParams: AuthSearch }) {
  const { error, provider, reason, ...search } = await searchParams;
  const next = nextPath(search.next);
  const failure = walkFailure(error);
  const failed = failure && <SaidOnce isGood={false}>{loginFailed(failure, walkProvider(provider))}</SaidOnce>;
  if (await getViewer()) {
    // Another tab was faster, or the login was to become another account's: this one goes on, and that is said.
    return failed ? <StillHere next={next}>{failed}</StillHere> : redirect(next ?? "/");
  }
  return (
    <>
      <h1>Log in</h1>
      {failed ?? <Reason reason={reason ?? sessionEnd() ?? undefined} isOnTheWay={next !== null} />}
      <LogInForm />
      <OtherWays verb="Log in" next={next} />
      <p className="mt-6 flex flex-wrap justify-between gap-x-6 gap-y-3">
        <span>
          New here? <a href={signUpPath(next)}>Create an account</a>
        </span>
        <a href="/forgot-password">Forgot password?</a>
      </p>
    </>
  );
}

function StillHere({ next, children }: { next: string | null; children: React.ReactNode }) {
  return (
    <>
      <h1>You are logged in already</h1>
      {children}
      <WayOn next={next ?? "/"} />
    </>
  );
}
