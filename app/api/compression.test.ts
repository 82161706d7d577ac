import { describe, expect, inject, test } from "vitest";
import { newSession, type Sent, send, signUpBody } from "#e2e/client.ts";
import { fetchDocument } from "#e2e/openapi.ts";

// The length of a compressed answer tells how much a token in it resembles what was sent (BREACH). These tests ask the
// application directly, where Next would compress all it can; e2e/nginx.test.ts asks through Nginx.

const origin = inject("origin");
const CODINGS = ["gzip", "gzip, br, deflate, zstd"];

const { paths } = await fetchDocument(origin);
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.keys(item)
    .filter((name) => !name.startsWith("x-"))
    .map((name) => [name.toUpperCase(), path] as const),
);

const reader = await newSession(origin);

async function goodRequest(method: string, path: string): Promise<Sent> {
  if (path === "/api/user/signup") return { json: signUpBody() };
  // What only reads leaves the session as it is.
  if (["GET", "HEAD", "OPTIONS"].includes(method)) return { cookies: reader.cookies };
  const { user, cookies } = await newSession(origin);
  if (path === "/api/token") return { json: { username: user.username, password: user.password } };
  return { cookies };
}

describe.each(operations)("%s %s", (method, path) => {
  test("compresses neither an answer nor a refusal, whatever encodings a client accepts", async () => {
    for (const coding of CODINGS) {
      const headers = { "accept-encoding": coding };
      const good = await goodRequest(method, path);
      for (const sent of [{ ...good, headers }, { headers }, { json: { refresh: "x".repeat(9_000) }, headers }]) {
        const answer = await send(origin, method, path, sent);
        expect([answer.status, answer.headers["content-encoding"]]).toEqual([answer.status, undefined]);
        const hasBody = method !== "HEAD" && ![204, 302].includes(answer.status);
        if (hasBody) expect(() => JSON.parse(answer.text), answer.text).not.toThrow();
      }
    }
  });
});

test("the answer to an unknown path is not compressed, and a page is", async () => {
  const headers = { "accept-encoding": "gzip" };
  expect((await send(origin, "GET", "/api/nothing/", { headers })).headers["content-encoding"]).toBeUndefined();
  for (const page of ["/login", "/docs", "/nothing-here"])
    expect((await send(origin, "GET", page, { headers })).headers["content-encoding"], page).toBe("gzip");
});
