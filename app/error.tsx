"use client";

import { Intermission } from "./_components/intermission";

export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return <Intermission digest={error.digest} />;
}
