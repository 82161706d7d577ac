import { readFileSync } from "node:fs";
import { join } from "node:path";

// Pages, layouts and other files that fail in each place where a page can fail. The recipes' build has them.

/** A request with this header fails in the place that it names. */
export const MADE_TO_FAIL = "x-made-to-fail";

type Failure = { path: string; place: string; status: number; says: string; headers?: Record<string, string> };

/** The failures that Next catches while it renders a page, and the answer to each. */
export const FAILURES: Failure[] = [
  { path: "/failing/page", place: "a page", status: 500, says: "a bug in a page" },
  { path: "/failing/string", place: "a page as a mere string", status: 500, says: "a mere string" },
  { path: "/failing/nothing", place: "a page as undefined", status: 500, says: "undefined" },
  { path: "/failing/named", place: "a page with a digest of its own", status: 500, says: "a bug with a name" },
  { path: "/failing/layout", place: "a layout", status: 500, says: "a bug in a layout" },
  // Next has begun the answer before these fail.
  { path: "/failing/metadata", place: "generateMetadata()", status: 200, says: "a bug in metadata" },
  { path: "/failing/late", place: "a part that is streamed later", status: 200, says: "a bug in a late part" },
  { path: "/failing/missing", place: "a page for what is not found", status: 404, says: "a bug in not-found" },
  ...["the root layout", "proxy.ts"].map((place) => ({
    path: "/login",
    place,
    status: 500,
    says: `a bug in ${place}`,
    headers: { [MADE_TO_FAIL]: place },
  })),
];

const original = (file: string) => readFileSync(join(import.meta.dirname, "..", file), "utf8");

/** The sources of everything that fails. */
export const FAILING = [
  page("page", 'throw new Error("a bug in a page");'),
  page("string", 'throw "a mere string";'),
  page("nothing", "throw undefined;"),
  page("named", 'throw Object.assign(new Error("a bug with a name"), { digest: "OWN" });'),
  page("abort", 'throw new DOMException("given up", "AbortError");'),
  page("layout", "return null;"),
  {
    file: "app/failing/layout/layout.tsx",
    code: `export default async function Layout(): Promise<React.ReactNode> {
        throw new Error(await Promise.resolve("a bug in a layout"));
      }`,
  },
  page(
    "metadata",
    "return null;",
    'export async function generateMetadata() { await connection(); throw new Error("a bug in metadata"); }',
  ),
  page(
    "late",
    "return <Suspense><Late /></Suspense>;",
    `import { Suspense } from "react";
      async function Late(): Promise<React.ReactNode> {
        await new Promise((resolve) => setTimeout(resolve, 300));
        throw new Error("a bug in a late part");
      }`,
  ),
  page("missing", "notFound();", 'import { notFound } from "next/navigation";'),
  {
    file: "app/failing/missing/not-found.tsx",
    code: `export default async function Missing(): Promise<React.ReactNode> {
        throw new Error(await Promise.resolve("a bug in not-found"));
      }`,
  },
  page("browser", "return <Bomb />;", 'import { Bomb } from "./bomb";'),
  {
    file: "app/failing/browser/bomb.tsx",
    code: `"use client";
      import { useState } from "react";
      import { useHydrated } from "#app/_components/use-hydrated.ts";
      export function Bomb() {
        const [isLit, light] = useState(false);
        const isHydrated = useHydrated();
        if (isLit) throw new Error("a bug in the browser");
        return <button type="button" disabled={!isHydrated} onClick={() => light(true)}>Fail</button>;
      }`,
  },
  page("link", 'return <Link href="/failing/page?token=secret" prefetch={false}>Go on</Link>;', 'import Link from "next/link";'),
  {
    file: "app/api/failing/route.ts",
    code: 'export async function GET(): Promise<Response> { throw new Error(await Promise.resolve("a bug in a route")); }',
  },
  {
    file: "app/api/failing/mute/route.ts",
    code: "export function GET(): Response { return new Response(null, { status: 500 }); }",
  },
  {
    file: "lib/made-to-fail.ts",
    code: `export function failIfAsked(headers: Headers, place: string): void {
        if (headers.get("${MADE_TO_FAIL}") === place) throw new Error("a bug in " + place);
      }`,
  },
  changed("app/layout.tsx", { "const viewer": 'failIfAsked(await headers(), "the root layout");\n  const viewer' }, [
    'import { headers } from "next/headers";',
  ]),
  changed("proxy.ts", {
    "const { pathname": 'failIfAsked(request.headers, "the whole of proxy.ts");\n  const { pathname',
    "const cookies": 'failIfAsked(request.headers, "proxy.ts");\n  const cookies',
  }),
];

function page(name: string, body: string, above = "") {
  const code = `import { connection } from "next/server";
    ${above}
    export default async function Page(): Promise<React.ReactNode> {
      await connection();
      ${body}
    }`;
  return { file: `app/failing/${name}/page.tsx`, code };
}

function changed(file: string, changes: Record<string, string>, imports: string[] = []) {
  let code = ['import { failIfAsked } from "#lib/made-to-fail.ts";', ...imports, original(file)].join("\n");
  for (const [from, to] of Object.entries(changes)) {
    if (!code.includes(from)) throw new Error(`${file} has no ${from}`);
    code = code.replace(from, to);
  }
  return { file, code };
}
