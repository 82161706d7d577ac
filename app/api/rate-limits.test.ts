import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Answer, freshName, newSession, PASSWORD, send, signUp, signUpBody } from "#e2e/client.ts";
import { startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { hasNginx, startNginx } from "#e2e/nginx-server.ts";
import { recoveryToken } from "#e2e/recovery.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// Two workers that trust this machine as a proxy, so that tests can choose the client's address.

const databaseUrl = inject("databaseUrl");
const VARIABLES = { DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret"), RATE_LIMITS: "on", LOG_LEVEL: "warn" };
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ ...VARIABLES, TRUSTED_PROXIES: "127.0.0.1,::1" });
});
afterAll(() => server.stop());

let last = 0;
/** A new address of the documentation's range (RFC 5737). */
function freshAddress(): string {
  last += 1;
  return `2001:db8:${last.toString(16)}::${Math.floor(Math.random() * 0xffff).toString(16)}`;
}

const from = (address: string) => ({ "x-forwarded-for": address });
const attemptOnce = (username: string, address: string, password = "wrong-password") =>
  send(server.origin, "POST", "/api/token/", { json: { username, password }, headers: from(address) });
/** One of several in turn. A request that could not be served is no attempt. */
const attempt = (...made: Parameters<typeof attemptOnce>) => unlessBusy(() => attemptOnce(...made));

/** How many of the attempts had their password compared. */
const evaluated = (answers: Answer[]) => answers.filter(({ status }) => status === 200 || status === 401).length;

/** Makes attempts at once. Those that a busy machine could not serve, which count for nothing, are made again in turn. */
async function atOnce(count: number, ask: (index: number) => Promise<Answer>): Promise<Answer[]> {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => ask(index)));
  const unserved = answers.filter(({ status }) => status === 503);
  return [...answers, ...(await inTurn(unserved, () => unlessBusy(() => ask(0))))];
}

/**
 * Expects that of attempts at once so many had their password compared, or as many fewer as were not served: a worker refuses for
 * a while from memory, also when an attempt was taken back meanwhile.
 */
function expectEvaluated(answers: Answer[], most: number, count = evaluated(answers)): void {
  const unserved = answers.filter(({ status }) => status === 503).length;
  expect(count).toBeLessThanOrEqual(most);
  expect(count + unserved).toBeGreaterThanOrEqual(most);
}

test("an address has ten wrong passwords for one account, also in parallel, and then gets 429 with Retry-After", async () => {
  const { username } = await signUp(server.origin);
  const address = freshAddress();
  const answers = await atOnce(40, () => attemptOnce(username, address));
  expectEvaluated(answers, 10);
  const refused = await attempt(username, address, PASSWORD);
  expect(refused.status).toBe(429);
  const seconds = Number(refused.headers["retry-after"]);
  expect(seconds).toBeGreaterThan(800);
  expect(seconds).toBeLessThanOrEqual(900);
  expect(refused.json).toEqual({ detail: `Request was throttled. Expected available in ${seconds} seconds.` });
  expect(refused.headers["ratelimit-policy"]).toBe('"login-account-address";q=10;w=900');
  expect(refused.headers.ratelimit).toBe(`"login-account-address";r=0;t=${seconds}`);
});

test("the owner at another address is not locked out, and names without an account are limited alike", async () => {
  const { username } = await signUp(server.origin);
  const address = freshAddress();
  for (const name of [username, freshName()]) {
    const answers = await atOnce(15, () => attemptOnce(name, address));
    expectEvaluated(answers, 10);
  }
  expect((await attempt(username, freshAddress(), PASSWORD)).status).toBe(200);
});

test("the two spellings of an international e-mail address share one limit", async () => {
  const email = `ann@bücher.${freshName()}.example`;
  const json = { ...signUpBody(), email };
  expect((await send(server.origin, "POST", "/api/user/signup/", { json, headers: from(freshAddress()) })).status).toBe(201);
  const address = freshAddress();
  const spellings = [email, email.toUpperCase(), email.replace("bücher", "xn--bcher-kva")];
  const answers = await atOnce(15, (index) => attemptOnce(spellings[index % 3] ?? "", address));
  expectEvaluated(answers, 10);
});

test("limits do not tell which e-mail address belongs to a username, whether logins fail or are forgiven", async () => {
  const [owner, other] = [await signUp(server.origin), await signUp(server.origin)];
  const address = freshAddress();
  await atOnce(11, () => attemptOnce(owner.username, address));
  expect((await attempt(owner.username.toUpperCase(), address)).status).toBe(429);
  const names = [owner.email, other.email, `${freshName()}@example.com`];
  const without = ({ status, headers, text }: Answer) => ({ status, text, names: Object.keys(headers) });
  const [mine, ...others] = (await inTurn(names, (name) => attempt(name, address))).map(without);
  expect(mine?.status).toBe(401);
  for (const each of others) expect(each).toEqual(mine);
  // All three have had one, and each has nine more.
  const rest = await inTurn([...names, ...names, ...names, ...names], (name) => attempt(name.toUpperCase(), address));
  expect(evaluated(rest)).toBe(12);
  // The owner's successful login by e-mail address forgives what was counted for the address, and not for the name.
  expect((await attempt(owner.email, address, PASSWORD)).status).toBe(200);
  expect((await attempt(owner.username, address, PASSWORD)).status).toBe(429);
});

test("disabling an account lifts no limit, which would tell that it was disabled", async () => {
  const { username, id } = await signUp(server.origin);
  const address = freshAddress();
  expect(evaluated(await inTurn(Array(5).fill(username), (name) => attempt(name, address)))).toBe(5);
  await withDatabase(databaseUrl, (query) => query("update users set is_active = false where id = $1", [id]));
  expect(evaluated(await inTurn(Array(8).fill(username), (name) => attempt(name, address)))).toBe(5);
});

test("the counts of attempts hold no username and no e-mail address, whether or not there is such an account", async () => {
  const { username, email } = await signUp(server.origin);
  const typed = [username, email, freshName(), `${freshName()}@example.com`, "my-Password-in-the-wrong-field"];
  await inTurn(typed, (name) => attempt(name, freshAddress()));
  const keys = await withDatabase(databaseUrl, (query) => query("select key from rate_limits"));
  const kept = keys.map(({ key }) => String(key).toLowerCase()).join("\n");
  for (const name of typed) expect(kept).not.toContain(name.toLowerCase());
});

describe("with a cap of three on an account", () => {
  let own: TestServer;
  beforeAll(async () => {
    own = await startServer({ ...VARIABLES, RATE_LIMIT_LOGIN_ACCOUNT: "3/600", TRUSTED_PROXIES: "127.0.0.1" });
  });
  afterAll(() => own.stop());
  const login = (username: string, address: string, password: string) =>
    send(own.origin, "POST", "/api/token/", { json: { username, password }, headers: from(address) });
  const fail = (username: string) => inTurn(Array(3).fill(""), () => login(username, freshAddress(), "wrong-password"));
  const OTHER_PASSWORD = "the-hidden-fortress-1958";
  /** The password's hash, taken from another account. */
  async function otherHash(): Promise<unknown> {
    const { id } = (await send(own.origin, "POST", "/api/user/signup/", { json: { ...signUpBody(), password: OTHER_PASSWORD } }))
      .json;
    const rows = await withDatabase(databaseUrl, (query) => query("select encoded from passwords where user_id = $1", [id]));
    return rows[0]?.encoded;
  }
  const CHANGE = "update passwords set encoded = $2, changed_at = clock_timestamp() where user_id = $1";

  test("after a change of the password an address that knew the old one is like any other, and the caps begin anew", async () => {
    const { username, id } = await signUp(own.origin);
    const home = freshAddress();
    expect((await login(username, home, PASSWORD)).status).toBe(200);
    expect(evaluated(await fail(username))).toBe(3);
    // The owner's address does not share that cap.
    expect((await login(username, home, PASSWORD)).status).toBe(200);
    const encoded = await otherHash();
    await withDatabase(databaseUrl, (query) => query(CHANGE, [id, encoded]));
    // Guesses at the old password do not lock out the owner with the new one, at any address.
    const elsewhere = freshAddress();
    expect((await login(username, elsewhere, OTHER_PASSWORD)).status).toBe(200);
    expect(evaluated(await fail(username))).toBe(3);
    expect((await login(username, home, OTHER_PASSWORD)).status).toBe(429);
    expect((await login(username, elsewhere, OTHER_PASSWORD)).status).toBe(200);
  });

  test("an address that logged in with the old password while a transaction changed it is not known either", async () => {
    const { username, id } = await signUp(own.origin);
    const [home, encoded] = [freshAddress(), await otherHash()];
    await withDatabase(databaseUrl, async (query) => {
      await query("begin isolation level repeatable read");
      await query("select from users");
      expect((await login(username, home, PASSWORD)).status).toBe(200);
      await query(CHANGE, [id, encoded]);
      await query("commit");
    });
    expect(evaluated(await fail(username))).toBe(3);
    expect((await login(username, home, OTHER_PASSWORD)).status).toBe(429);
  });

  test("guesses from a known address have a cap of their own", async () => {
    const { username } = await signUp(own.origin);
    const home = freshAddress();
    expect((await login(username, home, PASSWORD)).status).toBe(200);
    expect(evaluated(await inTurn(Array(8).fill(""), () => login(username, home, "wrong-password")))).toBe(3);
    expect((await login(username, freshAddress(), PASSWORD)).status).toBe(200);
  });
});

test("deleting its row lifts a limit, in every worker, within seconds", async () => {
  const { username, id } = await signUp(server.origin);
  const address = freshAddress();
  for (let count = 0; count < 16; count += 1) await attempt(username, address);
  expect((await attempt(username, address)).status).toBe(429);
  await withDatabase(databaseUrl, (query) => query("delete from rate_limits where key like $1", [`login_account%:${id}:%`]));
  // A worker refuses from memory for this long.
  await new Promise((resolve) => setTimeout(resolve, 10_500));
  const answers = await inTurn(Array.from({ length: 8 }), () => attempt(username, address, PASSWORD));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
});

test("a login that succeeds does not count, so frequent logins are never throttled", async () => {
  const { username } = await signUp(server.origin);
  const address = freshAddress();
  for (let round = 0; round < 4; round += 1) {
    for (let count = 0; count < 4; count += 1) expect((await attempt(username, address)).status).toBe(401);
    expect((await attempt(username, address, PASSWORD)).status).toBe(200);
  }
});

test("IPv6 neighbours share a limit, and a mapped address is the IPv4 one", async () => {
  const { username } = await signUp(server.origin);
  const neighbours = Array.from({ length: 12 }, (_, index) => `2001:db8:aaaa:1::${index + 1}`);
  expect(evaluated(await inTurn(neighbours, (address) => attempt(username, address)))).toBe(10);
  const spellings = ["203.0.113.99", "::ffff:203.0.113.99", "::ffff:cb00:7163", "0:0:0:0:0:FFFF:203.0.113.99"];
  const same = Array.from({ length: 12 }, (_, index) => spellings[index % 4] ?? "");
  expect(evaluated(await inTurn(same, (address) => attempt(username, address)))).toBe(10);
});

test("a client's own headers do not change its address where no proxy is trusted", async () => {
  const direct = await startServer(VARIABLES);
  const { username } = await signUp(direct.origin);
  const answers = await inTurn(
    Array.from({ length: 14 }, (_, index) => `198.51.100.${index}`),
    (forged) =>
      send(direct.origin, "POST", "/api/token/", {
        json: { username, password: "wrong-password" },
        headers: {
          "x-forwarded-for": forged,
          forwarded: `for=${forged}`,
          "x-real-ip": forged,
          "x-client-address": forged,
          "cf-connecting-ip": forged,
        },
      }),
  );
  expect(evaluated(answers)).toBe(10);
  await direct.stop();
});

test("a signed-in user's wrong passwords count with those of the login, and a right one forgives both", async () => {
  const { user, cookies } = await newSession(server.origin);
  const address = freshAddress();
  const change = (current_password: string) => {
    const json = { current_password, new_password: "the-hidden-fortress-1958" };
    return send(server.origin, "POST", "/api/user/password/", { json, cookies, headers: from(address) });
  };
  const logins = await inTurn(Array(5).fill(""), () => attempt(user.username, address));
  expect(evaluated(logins)).toBe(5);
  const changes = await atOnce(20, () => change("wrong-password"));
  expectEvaluated(changes, 5, changes.filter(({ status }) => status === 400).length);
  const refused = await attempt(user.username, address, PASSWORD);
  expect([refused.status, refused.headers["ratelimit-policy"]]).toEqual([429, '"login-account-address";q=10;w=900']);
  expect((await change(PASSWORD)).status).toBe(429);
  // Elsewhere the owner is not locked out.
  expect((await attempt(user.username, freshAddress(), PASSWORD)).status).toBe(200);
});

test("a right current password forgives the wrong ones before it", async () => {
  const { user, cookies } = await newSession(server.origin);
  const address = freshAddress();
  let current = PASSWORD;
  for (const next of ["the-hidden-fortress-1958", "throne-of-blood-1957"]) {
    for (let count = 0; count < 6; count += 1) expect((await attempt(user.username, address)).status).toBe(401);
    const json = { current_password: current, new_password: next };
    expect((await send(server.origin, "POST", "/api/user/password/", { json, cookies, headers: from(address) })).status).toBe(
      200,
    );
    current = next;
  }
});

test("a person who tried ten passwords and then recovered logs in at once, and other addresses' limits stay", async () => {
  const { username, email } = await signUp(server.origin);
  const [address, elsewhere] = [freshAddress(), freshAddress()];
  for (const name of [username, email]) {
    expect(evaluated(await inTurn(Array(10).fill(name), (each) => attempt(each, address)))).toBe(10);
  }
  expect(evaluated(await inTurn(Array(10).fill(username), (each) => attempt(each, elsewhere)))).toBe(10);
  const json = { token: await recoveryToken(server.origin, email), new_password: "the-hidden-fortress-1958" };
  const path = "/api/user/password/reset/confirm/";
  expect((await send(server.origin, "POST", path, { json, headers: from(address) })).status).toBe(200);
  for (const name of [username, email]) expect((await attempt(name, address, json.new_password)).status).toBe(200);
  expect((await attempt(username, elsewhere, json.new_password)).status).toBe(429);
});

describe("with three attempts for every limit", () => {
  let own: TestServer;
  beforeAll(async () => {
    const names = ["LOGIN_ADDRESS", "SIGNUP", "REFRESH", "ACCOUNT", "RECOVERY", "MAIL_LINK", "PROVIDER", "PASSKEY"];
    const few = Object.fromEntries(names.map((name) => [`RATE_LIMIT_${name}`, "3/600"]));
    const provider = { AUTH_GITHUB_ID: "an-id", AUTH_GITHUB_SECRET: "a-secret" };
    own = await startServer({ ...VARIABLES, ...few, ...provider, TRUSTED_PROXIES: "127.0.0.1" });
  });
  afterAll(() => own.stop());

  test("each endpoint is limited by the client's address, but for those that cost no statement or must always answer", async () => {
    const { paths } = (await send(own.origin, "GET", "/api/openapi.json")).json as { paths: Record<string, object> };
    const limits: [endpoint: string, policy: string | undefined][] = [];
    for (const [path, item] of Object.entries(paths)) {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((each) => each.toLowerCase() in item)) {
        const headers = from(freshAddress());
        const answers = await inTurn(Array(4).fill(path.replace("{id}", "x").replace("{provider}", "github")), (url) =>
          send(own.origin, method, url, { headers }),
        );
        const policies = answers.map((answer) => answer.headers["ratelimit-policy"]);
        expect(policies.slice(0, 3), path).toEqual([undefined, undefined, undefined]);
        limits.push([`${method} ${path}`, policies[3]?.toString()]);
      }
    }
    const limitedBy = (name: string) =>
      limits.flatMap(([each, policy]) => (policy === `"${name}";q=3;w=600` ? [each] : [])).sort();
    expect(limitedBy("login-address")).toEqual(["POST /api/token", "POST /api/token/passkey", "POST /api/token/second-factor"]);
    expect(limitedBy("passkey")).toEqual(["POST /api/token/passkey/options"]);
    expect(limitedBy("refresh")).toEqual(["POST /api/token/blacklist", "POST /api/token/refresh", "POST /api/token/verify"]);
    expect(limitedBy("signup")).toEqual(["POST /api/user/signup", "POST /api/user/signup/complete"]);
    expect(limitedBy("provider")).toEqual(["GET /api/auth/callback/{provider}", "POST /api/auth/signin/{provider}"]);
    expect(limitedBy("account")).toEqual([
      "DELETE /api/user/account",
      "DELETE /api/user/passkeys/{id}",
      "DELETE /api/user/providers/{provider}",
      "DELETE /api/user/sessions",
      "DELETE /api/user/sessions/{id}",
      "DELETE /api/user/totp",
      "GET /api/user/account",
      "GET /api/user/account/export",
      "GET /api/user/events",
      "GET /api/user/passkeys",
      "GET /api/user/sessions",
      "PATCH /api/user/account",
      "PATCH /api/user/passkeys/{id}",
      "POST /api/user/passkeys",
      "POST /api/user/passkeys/options",
      "POST /api/user/password",
      "POST /api/user/providers/{provider}",
      "POST /api/user/reauthenticate",
      "POST /api/user/recovery-codes",
      "POST /api/user/totp",
      "POST /api/user/totp/confirm",
    ]);
    expect(limitedBy("recovery")).toEqual([
      "POST /api/user/email",
      "POST /api/user/email/resend",
      "POST /api/user/password/reset",
    ]);
    expect(limitedBy("mail-link")).toEqual([
      "POST /api/user/email/confirm",
      "POST /api/user/email/undo",
      "POST /api/user/password/reset/confirm",
    ]);
    expect(limits.flatMap(([each, policy]) => (policy === undefined ? [each] : [])).sort()).toEqual([
      ...[
        "GET /api/auth/csrf",
        "GET /api/auth/error",
        "GET /api/auth/providers",
        "GET /api/auth/session",
        "GET /api/auth/signin",
      ],
      "GET /api/health/live",
      "GET /api/health/ready",
      "GET /api/openapi.json",
      "GET /api/user/profile",
      "POST /api/auth/session",
      "POST /api/auth/signout",
      "POST /api/user/logout",
    ]);
  });

  test("recoveries, and the use of their links, are limited by the client's address, for all accounts together", async () => {
    const known = await signUp(inject("origin"));
    const address = freshAddress();
    const post = (path: string, json: unknown) => send(own.origin, "POST", path, { json, headers: from(address) });
    const emails = [known.email, `${freshName()}@example.com`, known.email, `${freshName()}@example.com`, known.email];
    const asked = await inTurn(emails, (email) => post("/api/user/password/reset/", { email }));
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    const used = await inTurn(emails, () => post("/api/user/password/reset/confirm/", { token: "x", new_password: PASSWORD }));
    expect(used.map(({ status }) => status)).toEqual([400, 400, 400, 429, 429]);
  });

  test("failed logins of one address are limited, also where each is for another name", async () => {
    const headers = from(freshAddress());
    const logIn = () =>
      send(own.origin, "POST", "/api/token/", { json: { username: freshName(), password: "wrong-password" }, headers });
    expect(evaluated(await inTurn(Array(8).fill(0), logIn))).toBe(3);
  });
});

test("limits can be set, hold for all workers together, and outlast a restart", async () => {
  const variables = { ...VARIABLES, RATE_LIMIT_SIGNUP: "3/600", RATE_LIMIT_REFRESH: "4/600", TRUSTED_PROXIES: "127.0.0.1" };
  const address = freshAddress();
  let own = await startServer(variables);
  const signUps = () => send(own.origin, "POST", "/api/user/signup/", { json: {}, headers: from(address) });
  const refreshes = () => send(own.origin, "POST", "/api/token/refresh/", { json: { refresh: "x" }, headers: from(address) });
  const count = async (request: () => Promise<Answer>, expected: number) =>
    (await inTurn(Array.from({ length: 8 }), request)).filter(({ status }) => status === expected).length;
  expect(await count(signUps, 400)).toBe(3);
  expect(await count(refreshes, 401)).toBe(4);
  await own.stop();
  own = await startServer(variables);
  expect(await count(signUps, 400)).toBe(0);
  const refused = await refreshes();
  expect([refused.status, refused.headers["ratelimit-policy"]]).toEqual([429, '"refresh";q=4;w=600']);
  // The limit is checked before the credentials and the body, and after the cross-site check.
  expect((await send(own.origin, "POST", "/api/user/signup/", { body: "{", headers: from(address) })).status).toBe(429);
  const foreign = { ...from(address), origin: "https://evil.example" };
  expect((await send(own.origin, "POST", "/api/user/signup/", { json: {}, headers: foreign })).status).toBe(403);
  await own.stop();
});

describe.skipIf(!hasNginx())("behind Nginx", () => {
  test("each visitor is counted alone, by the address that Nginx saw, and a forged one changes nothing", async () => {
    const nginx = await startNginx({ mode: "development", upstreams: [new URL(server.origin).host] });
    const { username } = await signUp(server.origin);
    const forged = Array.from({ length: 14 }, (_, index) => `198.51.100.${index}`);
    const through = (localAddress: string, headers = {}) =>
      send(nginx.http.replace("localhost", "127.0.0.1"), "POST", "/api/token/", {
        json: { username, password: "wrong-password" },
        headers,
        localAddress,
      });
    expect(evaluated(await inTurn(forged, (address) => through("127.0.0.9", from(address))))).toBe(10);
    expect((await through("127.0.0.10")).status).toBe(401);
    await nginx.stop();
  });
});

async function inTurn<Item>(items: Item[], request: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const item of items) answers.push(await request(item));
  return answers;
}
