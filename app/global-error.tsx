"use client";

import "./globals.css";
import { Intermission } from "#app/_components/intermission.tsx";
import { bricolage } from "./font.ts";

/** Shown when the root layout itself fails, in its place. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en" className={bricolage.variable}>
      <head>
        <link rel="icon" href="/icon.svg" />
      </head>
      <body>
        <Intermission digest={error.digest} />
      </body>
    </html>
  );
}
