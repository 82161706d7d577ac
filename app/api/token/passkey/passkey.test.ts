import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { newSession, send } from "#e2e/client.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { addPasskey, logInWithPasskey } from "#e2e/passkeys.ts";
import { newAuthenticator } from "#e2e/software-authenticator.ts";

const databaseUrl = inject("databaseUrl");

/** Without PUBLIC_URL, so that it is a site of the name localhost. The shared application sends the mails. */
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret") });
});
afterAll(() => server.stop());

test.each([-7, -8, -257] as const)("a passkey of algorithm %i opens a session", async (algorithm) => {
  const { cookies } = await newSession(server.origin);
  const authenticator = newAuthenticator(algorithm);
  const added = await addPasskey(server.origin, cookies, authenticator);
  expect(added.status, added.text).toBe(201);
  const answer = await logInWithPasskey(server.origin, authenticator);
  expect(answer.status, answer.text).toBe(200);
});
