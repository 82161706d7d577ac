import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { type Answer, newSession, send } from "./client.ts";

// The server's facts about a request reach endpoints and pages through lib/observe/request-context.ts. They never travel as
// headers, because a client could send the same headers.

const origin = inject("origin");
let cookies: Record<string, string>;
beforeAll(async () => {
  ({ cookies } = await newSession(origin));
});

/** Names of headers that could carry such facts. */
const FORGED = {
  "x-client-address": "198.51.100.1",
  "x-original-method": "OPTIONS",
  "x-page-path": "/forged",
  "x-failure-number": "forged",
  "x-request-id": "forged",
};

/** The parts of an answer that a forged header could change: of a page, its address, title, heading and failure number. */
function essence({ status, headers, text }: Answer) {
  const shown = headers["content-type"]?.includes("html") ? /<title>.*?<\/title>|<h1.*?<\/h1>|number: \S+/g : /.*/g;
  const { location, allow, "www-authenticate": challenge } = headers;
  return { status, location, allow, challenge, shown: text.match(shown) };
}

test.each([
  ["GET", "/api/user/profile/", true],
  ["GET", "/api/user/profile/", false],
  ["POST", "/api/user/profile/", true],
  ["PROPFIND", "/api/user/profile/", true],
  ["POST", "/api/user/logout/", false],
  ["GET", "/", false],
  ["GET", "/intermission", false],
] as const)(
  "%s %s, signed in: %s, is answered the same with a client's own headers for what the server knows",
  async (method, path, isSignedIn) => {
    const sent = isSignedIn ? { cookies } : {};
    const expected = essence(await send(origin, method, path, sent));
    for (const [name, value] of Object.entries(FORGED)) {
      const answer = await send(origin, method, path, { ...sent, headers: { [name]: value } });
      expect([name, essence(answer)]).toEqual([name, expected]);
      expect(JSON.stringify(answer.headers) + answer.text).not.toContain("forged");
    }
  },
);

async function sourcesOf(...rooms: string[]): Promise<string> {
  const root = join(import.meta.dirname, "..");
  const listed = rooms.map(async (room) =>
    room.endsWith(".ts") ? [room] : (await readdir(join(root, room), { recursive: true })).map((file) => join(room, file)),
  );
  const files = (await Promise.all(listed)).flat().filter((file) => /(?<!\.test)\.tsx?$/.test(file));
  return (await Promise.all(files.map((file) => readFile(join(root, file), "utf8")))).join("\n");
}

test("no endpoint and no page reads a header of this project's own, and the server sets none on a request", async () => {
  const nextsSide = await sourcesOf("app", "lib", "db", "proxy.ts", "instrumentation.ts");
  const named = [...nextsSide.matchAll(/["'`](x-[\w-]+)["'`]/gi)].map(([, name]) => name);
  // Fields of the API's document, and what Auth.js' own client sends.
  expect(named.filter((name) => !/^x-(?:any-other-.*|auth-return-redirect)$/i.test(name ?? ""))).toEqual([]);
  expect(await sourcesOf("bin/server")).not.toMatch(/request\.headers\S* = /);
});

test("proxy.ts hands a page two headers, which Next reads there: the policy and the renewed cookies", async () => {
  const source = await sourcesOf("lib/pages", "proxy.ts");
  const set = [...source.matchAll(/requestHeaders\.set\((.*?),|set(\w+)\(requestHeaders,/g)].map(
    ([, name, what]) => name ?? what,
  );
  expect(set).toEqual(['"content-security-policy"', "Cookies"]);
});
