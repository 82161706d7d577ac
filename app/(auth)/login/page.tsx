import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { type AuthSearch, nextPath } from "#app/(auth)/next-path.ts";
import { getViewer, sessionEnd } from "#lib/pages/viewer.ts";
import { signUpPath } from "#lib/pages/visitor-paths.ts";
import { LogInForm } from "./log-in-form.tsx";
import { Reason } from "./reason.tsx";

export const metadata: Metadata = { title: "Log in" };

export default async function LogInPage({ searchParams }: { searchParams: AuthSearch }) {
  const search = await searchParams;
  const next = nextPath(search.next);
  if (await getViewer()) redirect(next ?? "/");
  return (
    <>
      <h1>Log in</h1>
      <Reason reason={search.reason ?? sessionEnd() ?? undefined} isOnTheWay={next !== null} />
      <LogInForm />
      <p className="mt-6 flex flex-wrap justify-between gap-x-6 gap-y-3">
        <span>
          New here? <a href={signUpPath(next)}>Create an account</a>
        </span>
        <a href="/forgot-password">Forgot password?</a>
      </p>
    </>
  );
}
