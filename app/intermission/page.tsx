import type { Metadata } from "next";
import { Intermission } from "#app/_components/intermission.tsx";
import { currentRequest } from "#lib/observe/request-context.ts";

export const metadata: Metadata = { robots: "noindex" };

/** proxy.ts answers with this at a page's own URL while the database can't confirm the session, or when it failed itself. */
export default function IntermissionPage() {
  return <Intermission digest={currentRequest()?.failureNumber} />;
}
