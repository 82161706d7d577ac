import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getViewer } from "@/lib/auth/viewer";
import { config } from "@/lib/config";
import { logInPath } from "@/lib/visitor-paths";
import { type AuthSearch, nextPath } from "../next-path";
import { SignUpForm } from "./sign-up-form";

export const metadata: Metadata = { title: "Sign up" };

export default async function SignUpPage({ searchParams }: { searchParams: AuthSearch }) {
  const next = nextPath((await searchParams).next);
  if (await getViewer()) redirect(next ?? "/");
  const { PASSWORD_MIN_LENGTH, MINIMUM_AGE } = config();
  return (
    <>
      <h1 className="text-5xl">Sign up</h1>
      <p className="mt-3 mb-6 text-lg text-ink-soft">
        Been here before? <a href={logInPath(next)}>Log in</a>
      </p>
      <SignUpForm passwordMinLength={PASSWORD_MIN_LENGTH} minimumAge={MINIMUM_AGE} next={next} />
    </>
  );
}
