import type { Metadata } from "next";
import { Intermission } from "#app/_components/intermission.tsx";
import { currentRequest } from "#lib/observe/request-context.ts";

export const metadata: Metadata = { title: "Short intermission", robots: "noindex" };

/** What proxy.ts answers with, at the page's own address, while the database can't say who is looking, or when it failed itself. */
export default function IntermissionPage() {
  return <Intermission digest={currentRequest()?.failureNumber} />;
}
