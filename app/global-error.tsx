"use client";

import "./globals.css";
import { Intermission } from "./_components/intermission";

/** For a failure of the root layout itself, which this then replaces. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <Intermission digest={error.digest} />
      </body>
    </html>
  );
}
