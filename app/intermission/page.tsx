import type { Metadata } from "next";
import { headers } from "next/headers";
import { Intermission } from "#app/_components/intermission.tsx";
import { FAILURE_NUMBER_HEADER } from "#lib/pages/failure.ts";

export const metadata: Metadata = { title: "Short intermission", robots: "noindex" };

/** What proxy.ts answers with, at the page's own address, while the database can't say who is looking, or when it failed itself. */
export default async function IntermissionPage() {
  return <Intermission digest={(await headers()).get(FAILURE_NUMBER_HEADER) ?? undefined} />;
}
