"use client";

import { Intermission } from "#app/_components/intermission.tsx";

export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <>
      <title>Short intermission · MovieConnect</title>
      <Intermission digest={error.digest} />
    </>
  );
}
