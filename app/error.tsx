"use client";

import { Intermission } from "#app/_components/intermission.tsx";

export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return <Intermission digest={error.digest} />;
}
