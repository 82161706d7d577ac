import type { Metadata } from "next";
import { headers } from "next/headers";
import { Intermission } from "#app/_components/intermission.tsx";
import { FAILURE_NUMBER_HEADER } from "#lib/pages/failure.ts";

export const metadata: Metadata = { title: "Short intermission", robots: "noindex" };

/** proxy.ts answers with this at a page's own URL while the database can't confirm the session, or when it failed itself. */
export default async function IntermissionPage() {
  return <Intermission digest={(await headers()).get(FAILURE_NUMBER_HEADER) ?? undefined} />;
}
