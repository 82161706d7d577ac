import { beforeEach, expect, test, vi } from "vitest";
import type { Database } from "#db/pool.ts";
import type { AppError, SessionEnd } from "#lib/errors.ts";
import { forget } from "#lib/per-process.ts";

// A real database can't be made to miss a refresh's deadline at will.

const unasked = () => Promise.reject(new Error("no statement is expected here"));
const db: Database = { query: unasked, transaction: unasked };

const facts = {
  sessionId: "s".repeat(22),
  generation: 3,
  rotatedAt: new Date(Date.now() - 600_000),
  sessionExpiresAt: new Date(Date.now() + 86_400_000),
  userId: 7,
  username: "ann",
};

/** Loads the modules so that every refresh, or with `access` every check of the revocations, fails like this. */
async function where(what: "refresh" | "access", failure: (Refusal: typeof AppError) => Error) {
  vi.resetModules();
  forget("config");
  vi.stubEnv("AUTH_SECRET", "a-secret-0123456789-0123456789-a-secret");
  vi.stubEnv("DATABASE_URL", "postgres://localhost/none");
  const { AppError: Refusal } = await import("#lib/errors.ts");
  const fail = () => Promise.reject(failure(Refusal));
  if (what === "refresh") vi.doMock("#lib/auth/refresh-session.ts", () => ({ refreshSession: fail, findRefreshable: fail }));
  else vi.doMock("#lib/auth/revocations.ts", () => ({ hasSessionEnded: fail }));
  const { signTokens } = await import("#lib/auth/tokens.ts");
  const rotatedAt = what === "refresh" ? facts.rotatedAt : new Date();
  const { access, refresh } = signTokens({ ...facts, rotatedAt });
  const cookie = `access_token=${access}; refresh_token=${refresh}`;
  return { cookie, ...(await import("./renew-cookies.ts")), ...(await import("#lib/auth/log-out.ts")) };
}

beforeEach(() => () => {
  vi.doUnmock("#lib/auth/refresh-session.ts");
  vi.doUnmock("#lib/auth/revocations.ts");
  vi.unstubAllEnvs();
});

const unavailable = (Refusal: typeof AppError) => new Refusal("unavailable", { retryAfter: 1 });
const silent = (Refusal: typeof AppError) => new Refusal("refresh_token_not_valid", { reason: "invalid", end: null });
const over = (end: SessionEnd | null) => (Refusal: typeof AppError) =>
  new Refusal("refresh_token_not_valid", { reason: "invalid", end }, { clearsCookies: true });

test.each([
  ["misses its deadline", unavailable],
  ["is refused without clearing the cookies", silent],
])("a refresh that %s leaves a page's cookies alone", async (_what, failure) => {
  const { renewCookies, cookie } = await where("refresh", failure);
  expect(await renewCookies(db, cookie)).toEqual({ cookies: [], end: null });
});

test.each([
  ["replayed", "replayed"],
  [null, "ended"],
] as const)("a refusal that clears the cookies clears both for a page, and says why: %s", async (end, told) => {
  const { renewCookies, cookie } = await where("refresh", over(end));
  const renewal = await renewCookies(db, cookie);
  expect(renewal.end).toBe(told);
  expect(renewal.cookies.map(({ name, value }) => [name, value])).toEqual([
    ["access_token", ""],
    ["refresh_token", ""],
  ]);
});

test("a refused token that another application signed ends nothing: its cookie is not cleared", async () => {
  const { renewCookies } = await where("refresh", over(null));
  expect(await renewCookies(db, "refresh_token=another.applications.token")).toEqual({ cookies: [], end: null });
});

test("an outage renews, clears and ends nothing: a viewer who can't be looked up is not taken for a visitor", async () => {
  const { renewCookies, findLeaver, cookie } = await where("access", unavailable);
  expect(await renewCookies(db, cookie)).toEqual({ cookies: [], end: null });
  const leaver = findLeaver(db, { authorization: null, cookie }, async () => ({}));
  const refusal = await leaver.catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "unavailable", clearsCookies: false });
});
