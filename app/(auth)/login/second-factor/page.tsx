import { redirect } from "next/navigation";
import { PageTitle } from "#app/_components/page-title.tsx";
import { type AuthSearch, nextPath } from "#app/(auth)/next-path.ts";
import { carriedStep } from "#lib/pages/carried-step.ts";
import { getViewer } from "#lib/pages/viewer.ts";
import { logInPath } from "#lib/pages/visitor-paths.ts";
import { CarriedStep } from "./carried-step.tsx";

/** The second step of a login with a provider, which led here. */
export default async function SecondFactorPage({ searchParams }: { searchParams: AuthSearch }) {
  const next = nextPath((await searchParams).next);
  if (await getViewer()) redirect(next ?? "/");
  const step = await carriedStep();
  if (!step) redirect(logInPath(next, "second_step_over"));
  return (
    <>
      <PageTitle>Enter your code</PageTitle>
      <CarriedStep step={step} overPath={logInPath(next, "second_step_over")} startPath={logInPath(next)} />
    </>
  );
}
