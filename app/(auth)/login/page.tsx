import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getViewer } from "@/lib/auth/viewer";
import { type AuthSearch, nextPath, withNext } from "../next-path";
import { LogInForm } from "./log-in-form";

export const metadata: Metadata = { title: "Log in" };

export default async function LogInPage({ searchParams }: { searchParams: AuthSearch }) {
  const search = await searchParams;
  const next = nextPath(search.next);
  if (await getViewer()) redirect(next);
  return (
    <>
      <h1 className="text-5xl">Log in</h1>
      {search.welcome ? (
        <p role="status" className="notice notice-good mt-5 mb-6 font-semibold">
          Your account is ready. Log in.
        </p>
      ) : (
        <p className="mt-3 mb-6 text-lg text-ink-soft">Your seat is where you left it.</p>
      )}
      <LogInForm />
      <p className="mt-6">
        New here? <a href={withNext("/signup", next)}>Create an account</a>
      </p>
    </>
  );
}
