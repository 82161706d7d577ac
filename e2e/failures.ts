import { readFileSync } from "node:fs";
import { join } from "node:path";

// Pages, and what is around them, that fail in each place where a page can. Beside the README's recipes, in their build.

const read = (file: string) => readFileSync(join(import.meta.dirname, "..", file), "utf8");

/** A page that does this when it is rendered, and what stands above it in the file. */
function page(name: string, body: string, above = "") {
  const code = `${above}\nexport default async function Page(): Promise<React.ReactNode> { await connection(); ${body} }\n`;
  return { file: `app/failing/${name}/page.tsx`, code: `import { connection } from "next/server";\n${code}` };
}

/** A request with this header fails where it says. */
const FAILS_IF_TOLD = `
  export function failIfTold(headers: Headers, place: string): void {
    if (headers.get("x-fail-in") === place) throw new Error("a bug in the " + place);
  }
`;

export const FAILURES = [
  page("page", 'throw new Error("a bug in the page");'),
  page("string", 'throw "only a string";'),
  page("nothing", "throw undefined;"),
  page("object", 'throw { secret: "not to be told" };'),
  page("abort", 'throw new DOMException("gave up waiting", "AbortError");'),
  page("named", 'throw Object.assign(new Error("a bug with a name"), { digest: "OWN_NAME" });'),
  page(
    "metadata",
    "return <main>Whole</main>;",
    'export async function generateMetadata() { await connection(); throw new Error("a bug in the metadata"); }',
  ),
  page(
    "late",
    'return <main><Suspense fallback="Soon"><Late /></Suspense></main>;',
    `import { Suspense } from "react";
    async function Late(): Promise<React.ReactNode> {
      await new Promise((resolve) => setTimeout(resolve, 300));
      throw new Error("a bug in a late part");
    }`,
  ),
  page("in-browser", "return <main><Bomb /></main>;", 'import { Bomb } from "./bomb";'),
  {
    file: "app/failing/in-browser/bomb.tsx",
    code: `"use client";
      import { useState } from "react";
      export function Bomb() {
        const [lit, setLit] = useState(false);
        if (lit) throw new Error("a bug in the browser");
        return <button type="button" onClick={() => setLit(true)}>Light it</button>;
      }
    `,
  },
  page("on-both", "return <main><Bomb /></main>;", 'import { Bomb } from "./bomb";'),
  {
    file: "app/failing/on-both/bomb.tsx",
    code: `"use client";
      export function Bomb(): React.ReactNode { throw new Error("a bug on both sides"); }
    `,
  },
  page("missing", "notFound();", 'import { notFound } from "next/navigation";'),
  {
    file: "app/failing/not-found.tsx",
    code: `export default async function Missing(): Promise<React.ReactNode> {
        throw new Error(await Promise.resolve("a bug in the page that says not found"));
      }
    `,
  },
  page("action", 'return <form action={act}><button type="submit">Act</button></form>;', 'import { act } from "./act";'),
  {
    file: "app/failing/action/act.ts",
    code: `"use server";
      export async function act(): Promise<void> { throw new Error("a bug in an action"); }
    `,
  },
  {
    file: "app/failing/links/page.tsx",
    code: `import Link from "next/link";
      export default function Links() { return <Link href="/failing/page?token=secret" prefetch={false}>Go on</Link>; }
    `,
  },
  {
    file: "app/api/failing/route.ts",
    code: `export async function GET(): Promise<Response> { throw new Error(await Promise.resolve("a bug in a bare route")); }\n`,
  },
  { file: "lib/fail-if-told.ts", code: FAILS_IF_TOLD },
  {
    file: "app/layout.tsx",
    code: `import { headers } from "next/headers";\nimport { failIfTold } from "@/lib/fail-if-told";\n${read(
      "app/layout.tsx",
    ).replace("const username", 'failIfTold(await headers(), "root layout");\n  const username')}`,
  },
  {
    file: "proxy.ts",
    code: `import { failIfTold } from "@/lib/fail-if-told";\n${read("proxy.ts").replace(
      "const { pathname",
      'failIfTold(request.headers, "proxy");\n  const { pathname',
    )}`,
  },
];
