import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { codeAt, codeIn, fromBase32, wrongCode } from "./authenticator-app.ts";
import { logIn, newSession, PASSWORD, send } from "./client.ts";
import { claimsOf, linkKey, sign } from "./forge.ts";
import { startPostgres, startServer, type TestPostgres, type TestServer, withDatabase } from "./harness.ts";
import { MAIL_FROM, type MailServer, startMailServer } from "./mail-server.ts";
import { readMailAbout, recoveryToken, reset } from "./recovery.ts";
import { anotherChallenge, answerChallenge, challengeOf, forgetUsedCodes } from "./second-factor.ts";

// Neither the database nor the log opens an account: whatever became of a link, a password or a code, neither has it.

const AUTH_SECRET = randomBytes(32).toString("base64url");
const NEW_PASSWORD = "the-hidden-fortress-1958";
const OTHER_PASSWORD = "throne-of-blood-1957";

let postgres: TestPostgres;
let mail: MailServer;
let server: TestServer;
beforeAll(async () => {
  [postgres, mail] = await Promise.all([startPostgres(), startMailServer()]);
  const url = { DATABASE_URL: postgres.url, SMTP_URL: mail.url, MAIL_FROM, PUBLIC_URL: "http://127.0.0.1:8000" };
  server = await startServer({ ...url, AUTH_SECRET, LOG_LEVEL: "trace", WEB_CONCURRENCY: "1" });
});
afterAll(async () => {
  await server.stop();
  await Promise.all([mail.stop(), postgres.stop()]);
});

/** Each row of each table, as text. */
function dumped(): Promise<string> {
  return withDatabase(postgres.directUrl, async (query) => {
    const tables = await query(
      "select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public'",
    );
    const texts = [];
    for (const { name } of tables) texts.push(...(await query(`select t::text as row from ${name} t`)).map(({ row }) => row));
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(["mails", "events", "sessions", "rate_limits"]));
    return texts.join("\n");
  });
}

/** A secret in the forms in which it could have been kept: itself, the parts of a token, and its digests. */
function formsOf(secret: string): string[] {
  const digest = createHash("sha256").update(secret).digest();
  const hashes = (["hex", "base64", "base64url"] as const).map((encoding) => digest.toString(encoding));
  const [, payload = secret, signature = secret] = secret.split(".");
  return [secret, payload, signature, ...hashes];
}

test("no table and no line of the log has a password or a recovery token, before and after its use, used, refused or replaced", async () => {
  const { origin } = server;
  const secrets: string[] = [PASSWORD, NEW_PASSWORD, OTHER_PASSWORD];
  const expectNoTrace = async (of: string) => {
    const [database, log] = [await dumped(), server.output()];
    const found = secrets.flatMap(formsOf).filter((form) => database.includes(form) || log.includes(form));
    expect(found, of).toEqual([]);
  };
  const { user, cookies } = await newSession(origin);
  const other = await newSession(origin);
  const askFor = async (email: string) => {
    const token = await recoveryToken(origin, email, { directory: mail.directory, databaseUrl: postgres.url });
    secrets.push(token);
    return token;
  };

  const first = await askFor(user.email);
  await expectNoTrace("a link that was mailed");
  const claims = claimsOf(first);
  const key = linkKey(AUTH_SECRET, "recovery");
  const refused = [
    sign({ ...claims, exp: Date.now() / 1_000 - 1 }, key),
    sign({ ...claims, user_id: other.user.id }, key),
    `${first}x`,
    first.slice(0, -1),
  ];
  secrets.push(...refused);
  for (const token of refused) expect((await reset(origin, token, NEW_PASSWORD)).status).toBe(400);
  await expectNoTrace("links that have expired, are another account's, or altered");

  expect((await reset(origin, first, NEW_PASSWORD)).status).toBe(200);
  await expectNoTrace("a link that was used");
  expect((await reset(origin, first, OTHER_PASSWORD)).status).toBe(400);
  await expectNoTrace("a link that was used twice");

  const second = await askFor(user.email);
  const again = await logIn(origin, { username: user.username, password: NEW_PASSWORD });
  expect((await reset(origin, second, OTHER_PASSWORD)).status).toBe(400);
  await expectNoTrace("a link from before a login");

  const third = await askFor(user.email);
  const json = { current_password: NEW_PASSWORD, new_password: OTHER_PASSWORD };
  expect((await send(origin, "POST", "/api/user/password/", { json, cookies: again.cookies })).status).toBe(200);
  expect((await reset(origin, third, NEW_PASSWORD)).status).toBe(400);
  await expectNoTrace("a link from before a change of the password");
  await readMailAbout(user.email, "Your password was changed", mail.directory);
  await expectNoTrace("a changed password, which a mail has told");
  // What is looked for would be found: the ids of the sessions are no secrets.
  for (const each of [cookies, other.cookies]) expect(await dumped()).toContain(String(claimsOf(each.access_token ?? "").sid));
  expect(server.output()).toContain('"password_reset"');
});

test("no table and no line of the log has a secret of an authenticator app, its codes, a recovery code or a challenge, used, refused or void", async () => {
  const { origin } = server;
  const { user, cookies } = await newSession(origin);
  const secrets: string[] = [];
  const codes: string[] = [];
  const post = (path: string, json?: unknown) =>
    send(origin, "POST", `/api/user/${path}/`, { cookies, ...(json ? { json } : {}) });
  const typed = (code: string) => {
    codes.push(code);
    return code;
  };
  const answer = (challenge: string, code: string) => {
    secrets.push(challenge);
    return answerChallenge(origin, challenge, typed(code));
  };
  const enrol = async () => {
    const { secret, uri } = (await post("totp")).json;
    secrets.push(secret, uri, ...(["hex", "base64", "base64url"] as const).map((form) => fromBase32(secret).toString(form)));
    expect((await post("totp/confirm", { code: typed(wrongCode(secret)) })).status).toBe(400);
    const confirmed = await post("totp/confirm", { code: typed(codeAt(secret)) });
    secrets.push(...confirmed.json.recovery_codes.flatMap((code: string) => [code, code.replaceAll("-", "")]));
    await forgetUsedCodes(user.id, postgres.directUrl);
    return { secret, recoveryCodes: confirmed.json.recovery_codes };
  };
  await enrol();
  const { secret, recoveryCodes } = await enrol();
  const challenge = await challengeOf(origin, user);
  expect((await answer(challenge, wrongCode(secret))).status).toBe(401);
  expect((await answer(`${challenge}x`, codeAt(secret))).status).toBe(401);
  expect((await answer(challenge, codeAt(secret))).status).toBe(200);
  expect((await answer(challenge, codeIn(secret, 1))).status).toBe(401);
  expect((await post("reauthenticate", { code: typed(codeIn(secret, 1)) })).status).toBe(200);
  secrets.push(...(await post("recovery-codes")).json.recovery_codes);
  expect((await answer(anotherChallenge(challenge, AUTH_SECRET), recoveryCodes[0])).status).toBe(401);
  await readMailAbout(user.email, "You have new recovery codes", mail.directory);

  const [database, log] = [await dumped(), server.output()];
  const places = `${database}\n${log}`;
  expect(secrets.filter((each) => places.includes(each) || places.includes(each.toLowerCase()))).toEqual([]);
  // Six digits can also be a part of a number, an identifier or a time's fraction.
  expect(codes.filter((code) => new RegExp(`(?<![\\w.-])${code}(?![\\w-])`).test(places))).toEqual([]);
  expect(database).toMatch(/\(\d+,t,1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]{27}\.[\w-]{22},/);
  expect(log).toContain('"totp_added"');
});
