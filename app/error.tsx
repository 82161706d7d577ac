"use client";

import { Intermission } from "./_components/intermission";

export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <>
      <title>Short intermission · MovieConnect</title>
      <Intermission digest={error.digest} />
    </>
  );
}
