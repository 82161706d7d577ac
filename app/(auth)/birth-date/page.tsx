import { redirect } from "next/navigation";
import { PageTitle } from "#app/_components/page-title.tsx";
import { profileWords } from "#app/(account)/account/account-words.ts";
import { type AuthSearch, nextPath } from "#app/(auth)/next-path.ts";
import { config } from "#lib/config.ts";
import { getAccount } from "#lib/pages/own-account.ts";
import { requireViewer } from "#lib/pages/viewer.ts";
import { BirthDateForm } from "./birth-date-form.tsx";

/** Where a login leads whose account has no birth date, as some that were imported. It is asked for at each login, never demanded. */
export default async function BirthDatePage({ searchParams }: { searchParams: AuthSearch }) {
  const viewer = await requireViewer();
  const next = nextPath((await searchParams).next) ?? "/";
  const { age } = await getAccount(viewer);
  // A session that ended on this page leads back to it after the login, which asks as well.
  if (age !== null || next.startsWith("/birth-date?")) redirect(next);
  return (
    <>
      <PageTitle>Your date of birth</PageTitle>
      <h1>When were you born?</h1>
      <p className="mt-3 mb-6 text-lg text-ink-soft">
        Your account has no date of birth yet. You can give it here, or later on your account's page.
      </p>
      <BirthDateForm minimumAge={config().MINIMUM_AGE} next={next} words={{ age: profileWords.age ?? {} }} />
      <p className="mt-3">
        <a href={next} className="button button-plain w-full">
          Not now
        </a>
      </p>
      <p className="mt-3 text-ink-soft">We ask again when you next log in.</p>
    </>
  );
}
