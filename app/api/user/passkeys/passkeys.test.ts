import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { changeSession } from "#e2e/change-session.ts";
import { logIn, newSession } from "#e2e/client.ts";
import { eventNames } from "#e2e/events-of.ts";
import { claimsOf, linkKey, sign as signClaims } from "#e2e/forge.ts";
import { type Query, startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { addPasskey, askForNew, askForPasskey, call, logInWithPasskey, siteOf } from "#e2e/passkeys.ts";
import { readMailAbout } from "#e2e/recovery.ts";
import { BACKED_UP, ELIGIBLE, type Lies, newAuthenticator, PRESENT, VERIFIED } from "#e2e/software-authenticator.ts";

const databaseUrl = inject("databaseUrl");
const secret = inject("authSecret");
const PATH = "/api/user/passkeys/";
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
const INVALID = { response: ["Invalid passkey."] };

type Cookies = Record<string, string>;

/** Without PUBLIC_URL, so that it is a site of the name localhost, and with a provider. The shared application makes the accounts and sends the mails. */
let server: TestServer;
let origin = "";
beforeAll(async () => {
  const provider = { AUTH_GITHUB_ID: "an-id", AUTH_GITHUB_SECRET: "a-secret" };
  server = await startServer({ DATABASE_URL: databaseUrl, AUTH_SECRET: secret, WEB_CONCURRENCY: "1", ...provider });
  origin = server.origin;
});
afterAll(() => server.stop());

const inDatabase = (...statement: Parameters<Query>) => withDatabase(databaseUrl, (query) => query(...statement));
const list = async (cookies: Cookies) => (await call(origin, "GET", PATH, { cookies })).json;
const add = (cookies: Cookies, json: unknown) => call(origin, "POST", PATH, { cookies, json });
const rename = (cookies: Cookies, id: unknown, name: unknown) =>
  call(origin, "PATCH", `${PATH}${id}/`, { cookies, json: { name } });
const remove = (cookies: Cookies, id: unknown) => call(origin, "DELETE", `${PATH}${id}/`, { cookies });

async function withPasskey() {
  const session = await newSession(inject("origin"));
  const authenticator = newAuthenticator();
  const { status, text, json } = await addPasskey(origin, session.cookies, authenticator);
  expect(status, text).toBe(201);
  return { ...session, authenticator, id: json.id as number };
}

async function expectInvalid(asked: ReturnType<typeof add>): Promise<void> {
  const answer = await asked;
  expect([answer.status, answer.json, answer.setCookies]).toEqual([400, INVALID, []]);
}

test("a passkey is added, listed, renamed, used and removed", async () => {
  const { cookies } = await newSession(inject("origin"));
  expect(await list(cookies)).toEqual([]);
  const authenticator = newAuthenticator();
  const added = await addPasskey(origin, cookies, authenticator, { name: "  My \n phone " });
  const { id, created_at } = added.json;
  expect([added.status, added.json]).toEqual([201, { id, name: "My phone", created_at, last_used_at: null, synced: true }]);
  expect(created_at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const second = await addPasskey(origin, cookies, newAuthenticator(), { lies: { flags: PRESENT | VERIFIED } });
  expect(second.json.synced).toBe(false);
  expect(await list(cookies)).toEqual([added.json, second.json]);
  const renamed = await rename(cookies, id, " Old phone ");
  expect([renamed.status, renamed.json]).toEqual([200, { ...added.json, name: "Old phone" }]);
  const used = await logInWithPasskey(origin, authenticator);
  expect((await list(used.cookies))[0].last_used_at).toMatch(/Z$/);
  const removed = await remove(used.cookies, id);
  expect([removed.status, removed.text]).toEqual([204, ""]);
  expect((await list(used.cookies)).map((each: { id: number }) => each.id)).toEqual([second.json.id]);
});

test("the options ask for what every Node can check, keep the account's number to themselves, and name the passkeys there are", async () => {
  const { user, cookies, authenticator } = await withPasskey();
  const { options } = await askForNew(origin, cookies);
  const { challenge, user: named, ...rest } = options;
  expect(rest).toEqual({
    rp: { name: "MovieConnect", id: "localhost" },
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ alg, type: "public-key" })),
    timeout: 60_000,
    attestation: "none",
    excludeCredentials: [{ id: authenticator.id, type: "public-key", transports: ["hybrid", "internal"] }],
    authenticatorSelection: { residentKey: "required", userVerification: "required", requireResidentKey: true },
    extensions: { credProps: true },
    hints: [],
  });
  expect([named.name, named.displayName]).toEqual([user.username, user.username]);
  expect(Buffer.from(named.id, "base64url")).toHaveLength(64);
  const again = await askForNew(origin, cookies);
  expect(again.options.user).toEqual(named);
  expect(again.options.challenge).not.toBe(challenge);
});

test("a passkey may have a name of 64 characters, and is called after the device otherwise", async () => {
  const { cookies } = await newSession(inject("origin"));
  const { options, cookies: browser } = await askForNew(origin, cookies);
  const response = newAuthenticator().make(options, siteOf(origin));
  const named = await call(origin, "POST", PATH, { cookies: browser, headers: { "user-agent": FIREFOX }, json: { response } });
  expect([named.status, named.json.name]).toEqual([201, "Firefox on Windows"]);
  const { id } = named.json;
  const long = "🎬".repeat(64);
  expect([(await rename(cookies, id, long)).json.name, (await rename(cookies, id, "家族の👨‍👩‍👧 iPhone")).json.name]).toEqual([
    long,
    "家族の👨‍👩‍👧 iPhone",
  ]);
  const refused: [unknown, string][] = [
    [`${long}a`, "Ensure this field has no more than 64 characters."],
    ["", "This field may not be blank."],
    [" \n ", "This field may not be blank."],
    [null, "This field may not be null."],
    [7, "Not a valid string."],
    ["a\0b", "Null characters are not allowed."],
    ["a\u0007b", "Not a valid string."],
    ["a\u202eb", "Not a valid string."],
    [undefined, "This field is required."],
  ];
  for (const [name, message] of refused) {
    const answer = await rename(cookies, id, name);
    expect([answer.status, answer.json]).toEqual([400, { name: [message] }]);
  }
  const inAddition = await askForNew(origin, cookies);
  const spoiled = { response: newAuthenticator().make(inAddition.options, siteOf(origin)), name: `${long}a` };
  expect((await add(inAddition.cookies, spoiled)).json).toEqual({ name: [refused[0]?.[1]] });
});

test("adding and removing each is an event and a mail, and ends all other sessions; renaming is not", async () => {
  const { user, cookies } = await newSession(inject("origin"));
  const isOpen = async (session: Cookies) => (await call(origin, "GET", PATH, { cookies: session })).status === 200;
  const second = await logIn(inject("origin"), user);
  const { id } = (await addPasskey(origin, cookies, newAuthenticator(), { name: "My phone" })).json;
  expect([await isOpen(cookies), await isOpen(second.cookies)]).toEqual([true, false]);
  expect((await readMailAbout(user.email, "You can now log in with a passkey")).text).toContain(
    "The passkey “My phone” was added",
  );
  const third = await logIn(inject("origin"), user);
  expect((await rename(cookies, id, "Old phone")).status).toBe(200);
  expect(await isOpen(third.cookies)).toBe(true);
  expect((await remove(cookies, id)).status).toBe(204);
  expect([await isOpen(cookies), await isOpen(third.cookies)]).toEqual([true, false]);
  expect((await readMailAbout(user.email, "A passkey was removed")).text).toContain("The passkey “Old phone” was removed");
  const events = (await eventNames(origin, cookies)).filter((name) => name.startsWith("passkey"));
  expect(events).toEqual(["passkey_removed", "passkey_added"]);
});

test("without a fresh proof no passkey is begun, added or removed, but each is listed and renamed", async () => {
  const { cookies, refresh, id } = await withPasskey();
  const begun = await askForNew(origin, cookies);
  const response = newAuthenticator().make(begun.options, siteOf(origin));
  await changeSession(databaseUrl, refresh, "authenticated_at = authenticated_at - interval '1 year'");
  const required =
    '{"detail":"Reauthentication is required.","code":"reauthentication_required","methods":["password","passkey"]}';
  for (const refused of [
    await call(origin, "POST", `${PATH}options/`, { cookies }),
    await add(begun.cookies, { response }),
    await remove(cookies, id),
  ]) {
    expect([refused.status, refused.text, refused.setCookies]).toEqual([403, required, []]);
  }
  expect((await rename(cookies, id, "Mine")).status).toBe(200);
  expect((await list(cookies)).map((each: { name: string }) => each.name)).toEqual(["Mine"]);
});

test("without a session every endpoint answers 401, and another's passkey is unknown as one that there is not", async () => {
  const { id, cookies: owner } = await withPasskey();
  for (const asked of [
    call(origin, "GET", PATH),
    call(origin, "POST", `${PATH}options/`),
    add({}, { response: {} }),
    rename({}, id, "x"),
    remove({}, id),
  ]) {
    expect((await asked).status).toBe(401);
  }
  const { cookies } = await newSession(inject("origin"));
  for (const unknown of [id, 0, -1, "x", "1e3", "9007199254740993", "99999999999999999999"]) {
    const [renamed, removed] = [await rename(cookies, unknown, "x"), await remove(cookies, unknown)];
    expect([unknown, renamed.status, renamed.text]).toEqual([unknown, 404, '{"detail":"Not found."}']);
    expect([unknown, removed.status, removed.text]).toEqual([unknown, 404, '{"detail":"Not found."}']);
  }
  expect(await list(owner)).toHaveLength(1);
});

test("an account has at most 20 passkeys", async () => {
  const { user, cookies } = await withPasskey();
  await inDatabase(
    `insert into passkeys (user_id, credential_id, public_key, counter, transports, may_sync, aaguid, is_synced, name)
     select $1, $2 || n, '', 0, '{}', false, '', false, 'One of many' from generate_series(1, 18) as n`,
    [user.id, `many-of-${user.id}-`],
  );
  expect((await addPasskey(origin, cookies, newAuthenticator())).status).toBe(201);
  const refused = await addPasskey(origin, cookies, newAuthenticator());
  expect([refused.status, refused.json]).toEqual([400, { response: ["This account has as many passkeys as it may have."] }]);
});

test("a passkey that an account has is added to none", async () => {
  const { cookies, authenticator } = await withPasskey();
  const other = await newSession(inject("origin"));
  for (const session of [cookies, other.cookies]) {
    const answer = await addPasskey(origin, session, authenticator);
    expect([answer.status, answer.json]).toEqual([400, { response: ["This passkey was added before."] }]);
  }
  expect([(await list(cookies)).length, (await list(other.cookies)).length]).toEqual([1, 0]);
});

describe("a registration is refused", () => {
  let cookies: Cookies;
  beforeAll(async () => {
    ({ cookies } = await newSession(inject("origin")));
  });

  const lies: [string, Lies][] = [
    ["of a login", { type: "webauthn.get" }],
    ["of another site", { origin: "https://evil.example" }],
    ["for another site's name", { rpId: "evil.example" }],
    ["in another site's frame", { crossOrigin: true }],
    ["that names an outer site", { topOrigin: "https://evil.example" }],
    ["without the user's verification", { flags: PRESENT | ELIGIBLE | BACKED_UP }],
    ["without the user's presence", { flags: VERIFIED | ELIGIBLE | BACKED_UP }],
    ["of a passkey that is backed up but may not be", { flags: PRESENT | VERIFIED | BACKED_UP }],
    ["to no challenge", { challenge: "" }],
    ["to a challenge that is not signed", { challenge: Buffer.alloc(32, 7).toString("base64url") }],
    ["with an id that could be guessed", { id: randomBytes(15) }],
    ["with an id that no authenticator makes", { id: randomBytes(1_024) }],
    // An index has no room for it.
    ["with an id of 2 kB", { id: randomBytes(2_200) }],
  ];
  test.each(lies)("%s", async (_name, lie) => {
    const authenticator = newAuthenticator();
    const refused = await addPasskey(origin, cookies, authenticator, { lies: lie });
    expect([refused.status, refused.json]).toEqual([400, INVALID]);
    expect((await logInWithPasskey(origin, authenticator)).status).toBe(401);
  });

  test("of an algorithm that was not asked for", async () => {
    expect((await addPasskey(origin, cookies, newAuthenticator(-35))).json).toEqual(INVALID);
  });

  test("whose id is another than the one that was made", async () => {
    const { options, cookies: browser } = await askForNew(origin, cookies);
    const made = newAuthenticator().make(options, siteOf(origin));
    const { id } = newAuthenticator();
    await expectInvalid(add(browser, { response: { ...made, id, rawId: id } }));
    await expectInvalid(add(browser, { response: { ...made, id } }));
    expect((await add(browser, { response: made })).status).toBe(201);
  });

  test("in another browser, another session of the user, and another user's", async () => {
    const { user, cookies: mine } = await newSession(inject("origin"));
    const begun = await askForNew(origin, mine);
    const response = newAuthenticator().make(begun.options, siteOf(origin));
    const { passkey_browser = "", ...session } = begun.cookies;
    await expectInvalid(add(session, { response }));
    await expectInvalid(add({ ...session, passkey_browser: "A".repeat(22) }, { response }));
    await expectInvalid(add({ ...(await logIn(inject("origin"), user)).cookies, passkey_browser }, { response }));
    await expectInvalid(add({ ...cookies, passkey_browser }, { response }));
    expect((await add(begun.cookies, { response })).status).toBe(201);
  });

  test("a second time, and to a challenge of a login or one that is over", async () => {
    const begun = await askForNew(origin, cookies);
    const authenticator = newAuthenticator();
    const response = authenticator.make(begun.options, siteOf(origin));
    expect((await add(begun.cookies, { response })).status).toBe(201);
    await expectInvalid(add(begun.cookies, { response }));
    const login = await askForPasskey(origin, begun.cookies);
    const another = newAuthenticator();
    const answer = (challenge: string) => ({ response: another.make({ ...begun.options, challenge }, siteOf(origin)) });
    await expectInvalid(add(login.cookies, answer(login.options.challenge)));
    const claims = claimsOf(Buffer.from((await askForNew(origin, begun.cookies)).options.challenge, "base64url").toString());
    const forged = (said: object, kind: "passkey-registration" | "passkey-login") =>
      answer(Buffer.from(signClaims({ ...claims, ...said }, linkKey(secret, kind))).toString("base64url"));
    await expectInvalid(add(begun.cookies, forged({ exp: Number(claims.iat) - 1 }, "passkey-registration")));
    await expectInvalid(add(begun.cookies, forged({ session: null }, "passkey-registration")));
    await expectInvalid(add(begun.cookies, forged({}, "passkey-login")));
    expect((await add(begun.cookies, forged({}, "passkey-registration"))).status).toBe(201);
  });
});

test("what vouches for an authenticator is not read, and how it is reached is kept in words alone", async () => {
  const { cookies } = await newSession(inject("origin"));
  const authenticator = newAuthenticator();
  const { options, cookies: browser } = await askForNew(origin, cookies);
  const statement = new Map<string, unknown>([
    ["alg", -7],
    ["sig", Buffer.alloc(70)],
    ["x5c", [Buffer.alloc(300)]],
  ]);
  const made = authenticator.make(options, siteOf(origin), { format: "packed", statement });
  const transports = ["usb", "a\0b", 7, null, "x".repeat(33), "USB", "usb", "later-than-today"];
  const answer = await add(browser, { response: { ...made, response: { ...made.response, transports } } });
  expect(answer.status, answer.text).toBe(201);
  const { options: next } = await askForNew(origin, cookies);
  expect(next.excludeCredentials[0].transports).toEqual(["usb", "later-than-today"]);
  expect((await logInWithPasskey(origin, authenticator)).status).toBe(200);
});

test("of a registration no more is needed than what was made, and no more is read", async () => {
  const { cookies } = await newSession(inject("origin"));
  const bare = await askForNew(origin, cookies);
  const { id, rawId, type, response: inner } = newAuthenticator().make(bare.options, siteOf(origin));
  const { clientDataJSON, attestationObject } = inner;
  const least = { id, rawId, type, response: { clientDataJSON, attestationObject } };
  expect((await add(bare.cookies, { response: least })).status).toBe(201);
  const full = await askForNew(origin, cookies);
  const made = newAuthenticator(-8).make(full.options, siteOf(origin));
  const extra = {
    ...made,
    authenticatorAttachment: null,
    clientExtensionResults: { credProps: { rk: false, authenticatorDisplayName: "A \0 name" }, prf: { enabled: true } },
    hints: ["security-key"],
    response: { ...made.response, publicKey: null, publicKeyAlgorithm: 0, authenticatorData: "?" },
  };
  expect((await add(full.cookies, { response: extra })).status).toBe(201);
});

describe("the last way in stays", () => {
  const LAST = '{"detail":"This is the last way to log in.","code":"last_way_in"}';
  const forgetPassword = (userId: number) => inDatabase("delete from passwords where user_id = $1", [userId]);
  const link = (userId: number, provider: string) =>
    inDatabase(`insert into accounts ("userId", type, provider, "providerAccountId") values ($1, 'oauth', $2, $3)`, [
      userId,
      provider,
      `${provider}-${userId}`,
    ]);

  test("of two passkeys without a password one can be removed, also at the same moment", async () => {
    const { user, cookies, id } = await withPasskey();
    const second = (await addPasskey(origin, cookies, newAuthenticator())).json.id;
    await forgetPassword(user.id);
    const answers = await Promise.all([remove(cookies, id), remove(cookies, second)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400]);
    expect(answers.find(({ status }) => status === 400)?.text).toBe(LAST);
    const [left] = await list(cookies);
    expect((await remove(cookies, left.id)).text).toBe(LAST);
    expect((await eventNames(origin, cookies)).filter((name) => name === "passkey_removed")).toHaveLength(1);
  });

  test("a provider counts if it is switched on, and a password does", async () => {
    const { user, cookies, id } = await withPasskey();
    const second = (await addPasskey(origin, cookies, newAuthenticator())).json.id;
    await forgetPassword(user.id);
    await link(user.id, "google");
    await link(user.id, "github");
    expect((await remove(cookies, second)).status).toBe(204);
    expect((await call(origin, "DELETE", "/api/user/providers/github/", { cookies })).status).toBe(204);
    expect((await remove(cookies, id)).text).toBe(LAST);
    const withPassword = await withPasskey();
    expect((await remove(withPassword.cookies, withPassword.id)).status).toBe(204);
  });

  test("a passkey counts when a provider is unlinked", async () => {
    const { user, cookies, id } = await withPasskey();
    await forgetPassword(user.id);
    await link(user.id, "github");
    expect((await remove(cookies, id)).status).toBe(204);
    expect((await call(origin, "DELETE", "/api/user/providers/github/", { cookies })).text).toBe(LAST);
  });
});
