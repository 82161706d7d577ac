import type { Metadata } from "next";
import { Intermission } from "../_components/intermission";

export const metadata: Metadata = { title: "Short intermission", robots: "noindex" };

/** What proxy.ts answers with, at the page's own address, while the database can't say who is looking. */
export default function IntermissionPage() {
  return <Intermission digest={undefined} />;
}
