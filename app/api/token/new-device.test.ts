import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { freshName, send, signUpBody } from "#e2e/client.ts";
import { eventNames } from "#e2e/events-of.ts";
import { startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { noMail } from "#e2e/mailbox.ts";
import { readMailAbout } from "#e2e/recovery.ts";

// A login from a device and a network that the account has not been used from is told to its owner.

const databaseUrl = inject("databaseUrl");
const SUBJECT = "A login from a new device";
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
const NEWER_FIREFOX = FIREFOX.replaceAll("140.0", "141.0");
const CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/** Behind a proxy that it trusts, so that logins come from whatever address they say. The shared application sends the mails. */
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret"), TRUSTED_PROXIES: "127.0.0.1" });
});
afterAll(() => server.stop());

const from = (address: string, userAgent: string) => ({ "user-agent": userAgent, "x-forwarded-for": address });

async function signUpFrom(address: string, userAgent: string) {
  const user = signUpBody(freshName());
  const answer = await send(server.origin, "POST", "/api/user/signup/", { headers: from(address, userAgent), json: user });
  expect(answer.status).toBe(201);
  await readMailAbout(user.email, "Welcome to MovieConnect: please confirm your address");
  return { ...user, id: Number(answer.json.id) };
}

async function logInFrom({ username, password }: { username: string; password: string }, address: string, userAgent: string) {
  const answer = await send(server.origin, "POST", "/api/token/", {
    headers: from(address, userAgent),
    json: { username, password },
  });
  expect(answer.status).toBe(200);
  return answer.cookies;
}

test("a login from another device is an event, and a mail to the owner that names device and address", async () => {
  const user = await signUpFrom("203.0.113.7", FIREFOX);
  const cookies = await logInFrom(user, "203.0.113.7", CHROME);
  expect(await eventNames(server.origin, cookies)).toEqual(["new_device", "login", "signup"]);
  const { text, html } = await readMailAbout(user.email, SUBJECT);
  for (const body of [text, html]) {
    expect(body).toContain("Chrome on Windows");
    expect(body).toContain("203.0.113.7");
  }
});

test("a login from another network is one too, also from the same kind of device", async () => {
  const user = await signUpFrom("203.0.113.7", FIREFOX);
  const cookies = await logInFrom(user, "203.114.0.9", FIREFOX);
  expect((await eventNames(server.origin, cookies))[0]).toBe("new_device");
  expect((await readMailAbout(user.email, SUBJECT)).text).toContain("203.114.0.9");
});

test("the device and network of the signup, of an earlier login and of a browser's next version are known: no event, no mail", async () => {
  const user = await signUpFrom("203.0.113.7", FIREFOX);
  // The same provider's network: its customers' addresses change within it.
  for (const [address, userAgent] of [
    ["203.0.113.7", FIREFOX],
    ["203.0.44.5", NEWER_FIREFOX],
  ] as const) {
    const cookies = await logInFrom(user, address, userAgent);
    expect((await eventNames(server.origin, cookies))[0]).toBe("login");
  }
  await noMail(user.email);
  await logInFrom(user, "2001:db8::1", CHROME);
  await readMailAbout(user.email, SUBJECT);
  const cookies = await logInFrom(user, "2001:db8:9:8::1", CHROME);
  expect((await eventNames(server.origin, cookies))[0]).toBe("login");
  await noMail(user.email);
});

test("an account without any recorded login is not told about its first one", async () => {
  const user = await signUpFrom("203.0.113.7", FIREFOX);
  await withDatabase(databaseUrl, (query) => query("delete from events where user_id = $1", [user.id]));
  const cookies = await logInFrom(user, "198.51.100.9", CHROME);
  expect(await eventNames(server.origin, cookies)).toEqual(["login"]);
  await noMail(user.email);
});
