"use client";

import "./globals.css";
import { Intermission } from "#app/_components/intermission.tsx";
import { bricolage } from "./font.ts";

/** For a failure of the root layout itself, which this then replaces. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en" className={bricolage.variable}>
      <head>
        <title>Short intermission · MovieConnect</title>
        <link rel="icon" href="/icon.svg" />
      </head>
      <body>
        <Intermission digest={error.digest} />
      </body>
    </html>
  );
}
