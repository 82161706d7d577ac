import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { send, signUpBody } from "#e2e/client.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { startPostgresWithRoles } from "#e2e/postgres-with-roles.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { type Django, startDjango } from "./django-server.ts";

type Steps = Record<string, [status: number, body: Record<string, unknown>]>;

const python = djangoPython();
const NO_COOKIES = { ACCESS_TOKEN_IN_BODY: "on", LEGACY_SIMPLEJWT: "2099-01-31", WEB_CONCURRENCY: "1" };

let postgres: Awaited<ReturnType<typeof startPostgresWithRoles>>;
let django: Django;
let server: TestServer;
beforeAll(async () => {
  if (python === undefined) return;
  postgres = await startPostgresWithRoles("application");
  [django, server] = await Promise.all([
    startDjango(postgres.superuser, "django_clients", { rotates: true }),
    startServer({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), ...NO_COOKIES }),
  ]);
});
afterAll(async () => {
  await Promise.all([django?.stop(), server?.stop()]);
  await postgres?.stop();
});

/** What differs from simplejwt, with the reason. */
const DIFFERENT: Steps = {
  // One word for all: whether a token was blacklisted is said as the reason.
  "blacklist again": [401, { detail: "Token is invalid or expired", code: "token_not_valid", reason: "logged_out" }],
  // simplejwt answers 400, and 200 where rotation does not blacklist.
  "verify after the blacklist": [401, { detail: "Token is invalid or expired", code: "token_not_valid" }],
  "refresh after the blacklist": [401, { detail: "Token is invalid or expired", code: "token_not_valid", reason: "logged_out" }],
};

test.runIf(python)(
  "a client that was written for simplejwt, with bodies and Bearer headers alone, gets what simplejwt answers",
  async () => {
    const user = { ...signUpBody(), password: "90817263545362718190" };
    await send(server.origin, "POST", "/api/user/signup/", { json: user });
    django.addPeople([{ username: user.username, password: user.password }]);
    const [theirs, ours] = [runClient(django.origin, user), runClient(server.origin, user)];
    expect(theirs["blacklist again"]).toEqual([401, { detail: "Token is blacklisted", code: "token_not_valid" }]);
    expect(theirs["verify after the blacklist"]).toEqual([400, { non_field_errors: ["Token is blacklisted"] }]);
    expect(theirs.login).toEqual([200, { refresh: "refresh", access: "access" }]);
    expect(ours).toEqual({ ...theirs, ...DIFFERENT });
  },
);

function runClient(origin: string, { username, password }: { username: string; password: string }): Steps {
  const script = join(import.meta.dirname, "client.py");
  const { status, stdout, stderr } = spawnSync(python ?? "", [script, origin, username, password], { encoding: "utf8" });
  if (status !== 0) throw new Error(`the client ended with ${status}:\n${stderr}`);
  return JSON.parse(stdout);
}
