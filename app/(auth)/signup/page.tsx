import { redirect } from "next/navigation";
import { PageTitle } from "#app/_components/page-title.tsx";
import { type AuthSearch, nextPath } from "#app/(auth)/next-path.ts";
import { OtherWays } from "#app/(auth)/other-ways.tsx";
import { config } from "#lib/config.ts";
import { getViewer } from "#lib/pages/viewer.ts";
import { logInPath } from "#lib/pages/visitor-paths.ts";
import { SignUpForm } from "./sign-up-form.tsx";

export default async function SignUpPage({ searchParams }: { searchParams: AuthSearch }) {
  const next = nextPath((await searchParams).next);
  if (await getViewer()) redirect(next ?? "/");
  const { PASSWORD_MIN_LENGTH, MINIMUM_AGE, EMAIL_VERIFICATION } = config();
  return (
    <>
      <PageTitle>Sign up</PageTitle>
      <h1>Sign up</h1>
      <p className="mt-3 mb-6 text-lg text-ink-soft">
        Been here before? <a href={logInPath(next)}>Log in</a>
      </p>
      <SignUpForm
        passwordMinLength={PASSWORD_MIN_LENGTH}
        minimumAge={MINIMUM_AGE}
        logInPath={logInPath(next, EMAIL_VERIFICATION === "required" ? "confirm_first" : "signed_up")}
      />
      <OtherWays verb="Sign up" next={next} />
    </>
  );
}
