import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getViewer } from "@/lib/auth/viewer";
import { signUpPath } from "@/lib/visitor-paths";
import { type AuthSearch, nextPath } from "../next-path";
import { LogInForm } from "./log-in-form";
import { Reason } from "./reason";

export const metadata: Metadata = { title: "Log in" };

export default async function LogInPage({ searchParams }: { searchParams: AuthSearch }) {
  const search = await searchParams;
  const next = nextPath(search.next);
  if (await getViewer()) redirect(next ?? "/");
  return (
    <>
      <h1 className="text-5xl">Log in</h1>
      <Reason reason={search.reason} isOnTheWay={next !== null} />
      <LogInForm />
      <p className="mt-6">
        New here? <a href={signUpPath(next)}>Create an account</a>
      </p>
    </>
  );
}
