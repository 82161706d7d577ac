import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { codeAt } from "#e2e/authenticator-app.ts";
import { changeSession } from "#e2e/change-session.ts";
import { freshName, logIn, newSession, PASSWORD, type Sent, send, signUp, signUpBody } from "#e2e/client.ts";
import { changeEmail, freshEmail, newOwner } from "#e2e/email-changes.ts";
import { claimsOf, pendingSignup } from "#e2e/forge.ts";
import { eventually, startPostgres, startServer, type TestServer, withDatabase } from "#e2e/harness.ts";
import { type Document, differences, fetchDocument, isValid, type Operation } from "#e2e/openapi.ts";
import { addPasskey, answerOf, askForNew, siteOf } from "#e2e/passkeys.ts";
import { recoveryToken } from "#e2e/recovery.ts";
import { challengeOf, newGuarded } from "#e2e/second-factor.ts";
import { newAuthenticator } from "#e2e/software-authenticator.ts";

/** The contract: each endpoint with its statuses. Every path has a 405 for the other methods. */
const CONTRACT: Record<string, number[]> = {
  "POST /api/user/signup": [201, 400, 403, 413, 415, 429, 500, 503],
  "POST /api/token": [200, 400, 401, 403, 413, 415, 429, 500, 503],
  "GET /api/user/profile": [200, 401, 500, 503],
  "POST /api/token/second-factor": [200, 400, 401, 403, 413, 415, 429, 500, 503],
  "POST /api/token/passkey/options": [200, 400, 403, 429, 500, 503],
  "POST /api/token/passkey": [200, 400, 401, 403, 413, 415, 429, 500, 503],
  "POST /api/token/refresh": [200, 400, 401, 403, 413, 415, 429, 500, 503],
  "POST /api/token/verify": [200, 400, 401, 403, 413, 415, 429, 500, 503],
  "POST /api/token/blacklist": [200, 400, 401, 403, 413, 415, 429, 500, 503],
  "POST /api/user/logout": [200, 400, 401, 403, 413, 415, 500, 503],
  "POST /api/user/signup/complete": [201, 400, 403, 413, 415, 429, 500, 503],
  "POST /api/user/providers/{provider}": [200, 400, 401, 403, 404, 429, 500, 503],
  "DELETE /api/user/providers/{provider}": [204, 400, 401, 403, 404, 429, 500, 503],
  "POST /api/user/reauthenticate": [200, 400, 401, 403, 413, 415, 429, 500, 503],
  "GET /api/user/account": [200, 401, 429, 500, 503],
  "PATCH /api/user/account": [200, 400, 401, 403, 413, 415, 429, 500, 503],
  "DELETE /api/user/account": [204, 401, 403, 429, 500, 503],
  "GET /api/user/account/export": [200, 401, 403, 429, 500, 503],
  "GET /api/user/sessions": [200, 401, 429, 500, 503],
  "DELETE /api/user/sessions": [200, 401, 403, 429, 500, 503],
  "DELETE /api/user/sessions/{id}": [204, 401, 403, 404, 429, 500, 503],
  "GET /api/user/events": [200, 400, 401, 429, 500, 503],
  "POST /api/user/email": [200, 400, 401, 403, 413, 415, 429, 500, 503],
  "POST /api/user/email/confirm": [200, 400, 403, 413, 415, 429, 500, 503],
  "POST /api/user/email/undo": [200, 400, 403, 413, 415, 429, 500, 503],
  "POST /api/user/email/resend": [200, 401, 403, 429, 500, 503],
  "POST /api/user/password": [200, 400, 401, 403, 413, 415, 429, 500, 503],
  "POST /api/user/password/reset": [200, 400, 403, 413, 415, 429, 500, 503],
  "POST /api/user/password/reset/confirm": [200, 400, 403, 413, 415, 429, 500, 503],
  "POST /api/user/totp": [200, 401, 403, 429, 500, 503],
  "DELETE /api/user/totp": [204, 401, 403, 404, 429, 500, 503],
  "POST /api/user/totp/confirm": [200, 400, 401, 403, 413, 415, 429, 500, 503],
  "POST /api/user/recovery-codes": [200, 401, 403, 404, 429, 500, 503],
  "GET /api/user/passkeys": [200, 401, 429, 500, 503],
  "POST /api/user/passkeys": [201, 400, 401, 403, 413, 415, 429, 500, 503],
  "POST /api/user/passkeys/options": [200, 400, 401, 403, 429, 500, 503],
  "PATCH /api/user/passkeys/{id}": [200, 400, 401, 403, 404, 413, 415, 429, 500, 503],
  "DELETE /api/user/passkeys/{id}": [204, 400, 401, 403, 404, 429, 500, 503],
  "GET /api/auth/session": [200, 500, 503],
  "POST /api/auth/session": [200, 400, 403, 413, 415, 500, 503],
  "GET /api/auth/csrf": [200, 500],
  "GET /api/auth/providers": [200, 500],
  "GET /api/auth/signin": [302, 500],
  "POST /api/auth/signin/{provider}": [200, 302, 400, 403, 404, 413, 415, 429, 500, 503],
  "GET /api/auth/callback/{provider}": [302, 404, 429, 500, 503],
  "POST /api/auth/signout": [200, 302, 400, 403, 413, 415, 500, 503],
  "GET /api/auth/error": [302, 500],
  "GET /api/health/live": [200, 500],
  "GET /api/health/ready": [200, 500, 503],
  "GET /api/openapi.json": [200, 500],
};

/** Auth.js' own paths, which one file answers. */
const AUTH_JS = [...new Set(Object.keys(CONTRACT).flatMap((name) => / (\/api\/auth\/.*)/.exec(name)?.[1] ?? []))];

/** Why a session ended, as its refresh token is refused. */
const SESSION_ENDS = [
  "logged_out",
  "ended_elsewhere",
  "replayed",
  "password_changed",
  "email_changed",
  "account_disabled",
  "expired",
];

/** The contract's refusals, in its words. A field's refusals are documented with the field. */
const REFUSALS = [
  '{"detail":"JSON parse error - unexpected character at position 17"}',
  '{"detail":"JSON parse error - expected a complete JSON value"}',
  '{"detail":"JSON parse error - the body is incomplete"}',
  '{"detail":"JSON parse error - the body is not UTF-8"}',
  '{"detail":"Authentication credentials were not provided."}',
  '{"detail":"Authentication credentials were not provided.","code":"not_authenticated"}',
  '{"detail":"Authorization header must contain two space-delimited values","code":"bad_authorization_header"}',
  ...["Token is invalid or expired", "Token has wrong type"].flatMap((message) => [
    `{"detail":"${message}","code":"token_not_valid"}`,
    `{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"${message}"}]}`,
  ]),
  ...SESSION_ENDS.map((end) => `{"detail":"Token is invalid or expired","code":"token_not_valid","reason":"${end}"}`),
  '{"detail":"No active account found with the given credentials"}',
  '{"detail":"E-mail address is not verified.","code":"email_not_verified"}',
  '{"detail":"This is the last way to log in.","code":"last_way_in"}',
  '{"detail":"Sign in with a provider first.","code":"no_pending_signup"}',
  '{"detail":"A second factor is required.","code":"second_factor_required","challenge":"…","methods":["totp","recovery_code","passkey"]}',
  '{"detail":"Invalid code.","code":"invalid_code"}',
  '{"detail":"Passkey is not valid.","code":"passkey_not_valid"}',
  '{"detail":"Passkeys need a site with a name, not an IP address.","code":"passkeys_off"}',
  ...['"password","passkey"', '"totp","recovery_code","passkey"', '"passkey","provider"', ""].map(
    (methods) => `{"detail":"Reauthentication is required.","code":"reauthentication_required","methods":[${methods}]}`,
  ),
  '{"detail":"Cross-site request refused.","code":"cross_site"}',
  '{"detail":"Not found."}',
  '{"detail":"Method \\"PATCH\\" not allowed."}',
  '{"detail":"Request body too large."}',
  '{"detail":"Unsupported media type \\"text/plain\\" in request."}',
  '{"detail":"Request was throttled. Expected available in 42 seconds."}',
  '{"detail":"Internal server error."}',
  '{"detail":"Service temporarily unavailable.","code":"unavailable"}',
];

/** What each endpoint succeeds with. An endpoint that is missing here needs nothing. `path`: instead of the document's */
const GOOD: Record<string, () => Promise<Sent & { path?: string }>> = {
  "POST /api/user/signup": async () => ({ json: signUpBody() }),
  "POST /api/token": async () => {
    const { user } = await newSession(origin);
    return { json: { username: user.username, password: user.password } };
  },
  "POST /api/token/second-factor": async () => {
    const { user, secret } = await newGuarded(origin);
    return { json: { challenge: await challengeOf(origin, user), code: codeAt(secret) } };
  },
  "POST /api/token/passkey/options": named,
  "POST /api/token/passkey": async () => {
    const { authenticator } = await withPasskey();
    const { cookies, response } = await answerOf(provided.origin, authenticator);
    return { ...(await named()), cookies, json: { response } };
  },
  "GET /api/user/profile": signedIn,
  "POST /api/token/refresh": signedIn,
  "POST /api/token/verify": async () => ({ json: { token: (await newSession(origin)).refresh } }),
  "POST /api/token/blacklist": async () => ({ json: { refresh: (await newSession(origin)).refresh } }),
  "POST /api/user/logout": signedIn,
  "POST /api/user/reauthenticate": async () => ({ ...(await signedIn()), json: { password: PASSWORD } }),
  "POST /api/user/signup/complete": async () => {
    const username = freshName();
    const email = `${username}@example.com`;
    const cookies = { pending_signup: pendingSignup(inject("authSecret"), { email }) };
    return { cookies, json: { username, age: "1990-01-02" } };
  },
  "POST /api/user/providers/{provider}": async () => ({ ...(await signedIn()), path: "/api/user/providers/github" }),
  "DELETE /api/user/providers/{provider}": linked,
  "GET /api/auth/session": signedIn,
  "POST /api/auth/session": signedInForm,
  "POST /api/auth/signin/{provider}": signedInForm,
  "POST /api/auth/signout": signedInForm,
  "POST /api/user/totp": signedIn,
  "DELETE /api/user/totp": guarded,
  "POST /api/user/totp/confirm": async () => {
    const sent = await signedIn();
    const { json } = await send(origin, "POST", "/api/user/totp/", sent);
    return { ...sent, json: { code: codeAt(json.secret) } };
  },
  "POST /api/user/recovery-codes": guarded,
  "GET /api/user/passkeys": async () => ({ cookies: (await withPasskey()).cookies }),
  "POST /api/user/passkeys": async () => {
    const { options, cookies } = await askForNew(provided.origin, (await newSession(origin)).cookies);
    return { ...(await named()), cookies, json: { response: newAuthenticator().make(options, siteOf(provided.origin)) } };
  },
  "POST /api/user/passkeys/options": async () => ({ ...(await signedIn()), ...(await named()) }),
  "PATCH /api/user/passkeys/{id}": async () => ({ ...(await ownPasskey()), json: { name: "Phone" } }),
  "DELETE /api/user/passkeys/{id}": ownPasskey,
  "GET /api/user/account": signedIn,
  "PATCH /api/user/account": async () => ({ ...(await signedIn()), json: { age: "1990-01-03" } }),
  "DELETE /api/user/account": signedIn,
  "GET /api/user/account/export": signedIn,
  "GET /api/user/sessions": signedIn,
  "DELETE /api/user/sessions": signedIn,
  "DELETE /api/user/sessions/{id}": async () => {
    const { user, cookies } = await newSession(origin);
    const other = await logIn(origin, user);
    return { cookies, path: `/api/user/sessions/${claimsOf(other.refresh).sid}` };
  },
  "GET /api/user/events": signedIn,
  "POST /api/user/email": async () => ({ ...(await signedIn()), json: { email: freshEmail() } }),
  "POST /api/user/email/confirm": async () => ({ json: { token: (await newOwner(origin)).token } }),
  "POST /api/user/email/undo": async () => {
    const { user, cookies } = await newOwner(origin);
    return { json: { token: (await changeEmail(origin, cookies, user.email, freshEmail())).undo } };
  },
  "POST /api/user/email/resend": signedIn,
  "POST /api/user/password": async () => ({
    ...(await signedIn()),
    json: { current_password: PASSWORD, new_password: NEW_PASSWORD },
  }),
  "POST /api/user/password/reset": async () => ({ json: { email: freshEmail() } }),
  "POST /api/user/password/reset/confirm": async () => {
    const { email } = await signUp(origin);
    return { json: { token: await recoveryToken(origin, email), new_password: NEW_PASSWORD } };
  },
};

/** What endpoints refuse with a 400 that is about no field of a body. */
const BAD: Record<string, () => Promise<Request>> = {
  "POST /api/user/providers/{provider}": async () => ({ sent: await linked() }),
  "DELETE /api/user/providers/{provider}": async () => ({ sent: await linked({ hasPassword: false }) }),
  "DELETE /api/user/passkeys/{id}": lastPasskey,
  // Called by its address, the server has no name that a passkey could belong to.
  "POST /api/user/passkeys/options": async () => ({ sent: await signedIn() }),
  "POST /api/token/passkey/options": async () => ({}),
};

/** What public endpoints refuse with a 401. */
const WRONG: Record<string, Sent> = {
  "POST /api/token": { json: { username: "nobody", password: "nothing" } },
  "POST /api/token/second-factor": { json: { challenge: "worn-out", code: "000000" } },
  "POST /api/token/passkey": { json: { response: {} } },
  "POST /api/token/verify": { json: { token: "worn-out" } },
  "POST /api/token/blacklist": { json: { refresh: "worn-out" } },
};

/** An id as there could be one. */
const ID_OF_NONE = "1954";
const NEW_PASSWORD = "the-hidden-fortress-1958";
const origin = inject("origin");
const settings = {
  ...{ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1" },
  ...{ AUTH_GITHUB_ID: "an-id", AUTH_GITHUB_SECRET: "a-secret" },
};

const document: Document = await fetchDocument(origin);
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => !method.startsWith("x-"))
    .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, operation })),
);

// Breaks what every successful answer needs, as a bug would.
const BUG = `
  const { Response } = globalThis;
  globalThis.Response = class extends Response {
    constructor(body, init) {
      if (init?.status < 400) throw new Error("a bug");
      super(body, init);
    }
  };`;

/** A server with a provider and without PUBLIC_URL, and servers in the states that bring about some statuses. */
let provided: TestServer;
let strict: TestServer;
let broken: TestServer;
let cutOff: TestServer;
beforeAll(async () => {
  const names = ["SIGNUP", "LOGIN_ADDRESS", "REFRESH", "ACCOUNT", "RECOVERY", "MAIL_LINK", "PROVIDER", "PASSKEY"];
  const limits = Object.fromEntries(names.map((name) => [`RATE_LIMIT_${name}`, "1/600"]));
  const postgres = await startPostgres();
  [provided, strict, broken, cutOff] = await Promise.all([
    startServer(settings),
    startServer({ ...settings, ...limits, RATE_LIMITS: "on" }),
    startServer({ ...settings, NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(BUG)}` }),
    startServer({ ...settings, DATABASE_URL: postgres.url, REVOCATION_POLL_MS: "100", RATE_LIMITS: "on" }),
  ]);
  await postgres.stop();
  await eventually(async () => (await send(cutOff.origin, "GET", "/api/health/ready/")).status === 503);
});
afterAll(async () => {
  await Promise.all([provided.stop(), strict.stop(), broken.stop(), cutOff.stop()]);
});

test("the document is valid OpenAPI 3.1, and its examples match its schemas", async () => {
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  const contents = operations.flatMap(({ operation }) => [operation.requestBody as never, ...Object.values(operation.responses)]);
  for (const content of contents) {
    const { schema = {}, examples = {} } = content?.content?.["application/json"] ?? {};
    for (const { value } of Object.values(examples)) expect(isValid(document, schema, value), JSON.stringify(value)).toBe(true);
  }
});

test("every route.ts is in the document, with a summary and a description", async () => {
  const files = await readdir(join(import.meta.dirname, ".."), { recursive: true });
  // These answer unknown paths, and the old path of the page about the API.
  const unnamed = ["[[...path]]/route.ts", "docs/route.ts"];
  const routes = files.filter((file) => file.endsWith("route.ts") && !unnamed.includes(file));
  const paths = routes.flatMap((file) => {
    const path = `/api/${file.replace("/route.ts", "").replaceAll(/\[(\w+)\]/g, "{$1}")}`;
    return path.endsWith("/[...nextauth]") ? AUTH_JS : [path];
  });
  expect(Object.keys(document.paths).sort()).toEqual(paths.sort());
  for (const { name, operation } of operations) {
    expect(operation.summary, name).not.toBe("");
    expect(operation.description, name).not.toBe("");
  }
});

test("the document has exactly the contract's statuses", () => {
  const derived = ["HEAD", "OPTIONS"];
  const own = operations.filter(({ method }) => !derived.includes(method));
  expect(Object.fromEntries(own.map(({ name, operation }) => [name, Object.keys(operation.responses).map(Number)]))).toEqual(
    CONTRACT,
  );
  for (const { method, name, operation } of operations.filter((one) => derived.includes(one.method))) {
    const expected = method === "HEAD" ? CONTRACT[name.replace("HEAD", "GET")] : [204, 500];
    expect(Object.keys(operation.responses).map(Number), name).toEqual(expected);
  }
});

test("the document's refusals are in the contract's words", () => {
  const others = Object.values(document.paths).map((item) => item["x-any-other-method"]);
  const responses = [document["x-any-other-path"], ...others, ...operations.map(({ operation }) => operation)].flatMap((one) =>
    Object.entries(one?.responses ?? {}),
  );
  const examples = responses.flatMap(([status, { content }]) =>
    Number(status) < 400 ? [] : Object.entries(content?.["application/json"]?.examples ?? {}),
  );
  // A probe's own answer is no refusal, though its status is 503.
  const refusals = examples.filter(([name]) => name !== "invalid_input" && name !== "example");
  const words = refusals.map(([, { value }]) => JSON.stringify(value).replace(/(?<="challenge":")[^"]+/, "…"));
  expect(new Set(words)).toEqual(new Set(REFUSALS));
});

test.each(Object.entries(document.paths))("%s has exactly the methods of the document", async (path, item) => {
  const methods = Object.keys(item).filter((method) => !method.startsWith("x-"));
  for (const written of [path, path.endsWith("/") ? path.slice(0, -1) : `${path}/`]) {
    const { headers } = await send(origin, "OPTIONS", written);
    expect(String(headers.allow).toLowerCase().split(", ")).toEqual(methods);
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
      if (!methods.includes(method.toLowerCase())) expect((await send(origin, method, written)).status).toBe(405);
    }
  }
});

describe.each(operations)("$name", ({ name, method, path, operation }) => {
  test.each(Object.keys(operation.responses).map(Number))("answers %i, as documented", async (status) => {
    const request = await requestFor(status, name.replace("HEAD", "GET"), operation);
    const isOfProviders = /^\/api\/(?:auth|user\/providers)\//.test(path);
    const known = isOfProviders ? "github" : ID_OF_NONE;
    const parameter = status === 404 ? "unknown" : known;
    const isProvided = isOfProviders || path.includes("/passkey");
    const { from = isProvided ? provided.origin : origin, sent = {}, times = 1 } = request;
    const { path: asked = path.replaceAll(/\{\w+\}/g, parameter) } = request;
    for (let time = 1; time < times; time += 1) await send(from, method, asked, sent);
    const answer = await send(from, method, asked, sent);
    expect(answer.status, answer.text).toBe(status);
    expect(differences(document, { origin: from, method, path: asked, answer })).toEqual([]);
  });
});

type Request = { from?: string; sent?: Sent; times?: number; path?: string };

async function requestFor(status: number, name: string, { security = [], requestBody }: Operation): Promise<Request> {
  const good = async () => {
    const { path, ...sent } = (await GOOD[name]?.()) ?? {};
    return path === undefined ? { sent } : { sent, path };
  };
  // Endpoints that need a session get one, the same for all: these requests are refused. The others are called without.
  const signed = async () => (security.length > 0 ? await refusedSession() : {});
  const text = { headers: { "content-type": "text/plain" }, body: "{}" };
  const large = { headers: { "content-type": "application/json" }, body: "x".repeat(20_000) };
  switch (status) {
    case 302:
      // Only a client that asks for it gets the URL as JSON.
      return { sent: { ...(await good()).sent, headers: {} } };
    case 400:
      if (BAD[name]) return BAD[name]();
      if (requestBody === undefined) return { sent: await signed(), path: `${name.split(" ")[1]}?before=x` };
      return { sent: { ...(await signed()), json: [] } };
    case 401:
      return { sent: WRONG[name] ?? {} };
    case 403:
      // A request that changes nothing is refused only without a proof.
      return name.startsWith("GET") ? { sent: await unproved() } : { sent: { headers: { "sec-fetch-site": "cross-site" } } };
    case 404:
      return { sent: await signed() };
    case 413:
      return { sent: { ...(await signed()), ...large } };
    case 415:
      return { sent: { ...(await signed()), ...text } };
    case 429:
      return { from: strict.origin, times: 2 };
    case 500:
      return { from: broken.origin, ...(await good()) };
    case 503:
      return { from: cutOff.origin, ...(await good()) };
    default:
      return good();
  }
}

async function unproved(): Promise<Sent> {
  const { cookies, refresh } = await newSession(origin);
  await changeSession(inject("databaseUrl"), refresh, "authenticated_at = '-infinity'");
  return { cookies };
}

let session: Promise<Sent> | undefined;

function refusedSession(): Promise<Sent> {
  session ??= signedIn();
  return session;
}

async function signedIn(): Promise<Sent> {
  return { cookies: (await newSession(origin)).cookies };
}

/** A session of an account that GitHub opens too. */
async function linked({ hasPassword = true } = {}): Promise<Sent> {
  const { user, cookies } = await newSession(origin);
  await withDatabase(inject("databaseUrl"), async (query) => {
    const account = `insert into accounts ("userId", type, provider, "providerAccountId") values ($1, 'oauth', 'github', $2)`;
    await query(account, [user.id, `https://github.com/login/oauth#${user.id}`]);
    if (!hasPassword) await query("delete from passwords where user_id = $1", [user.id]);
  });
  return { cookies };
}

/** To a server by its name: passkeys belong to one. */
async function named(): Promise<Sent> {
  return { headers: { host: new URL(siteOf(provided.origin)).host } };
}

async function guarded(): Promise<Sent> {
  return { cookies: (await newGuarded(origin)).cookies };
}

async function withPasskey() {
  const { user, cookies } = await newSession(origin);
  const authenticator = newAuthenticator();
  const added = await addPasskey(provided.origin, cookies, authenticator);
  return { user, cookies, authenticator, path: `/api/user/passkeys/${added.json.id}` };
}

async function ownPasskey(): Promise<Sent & { path: string }> {
  const { cookies, path } = await withPasskey();
  return { cookies, path };
}

async function lastPasskey(): Promise<Request> {
  const { user, cookies, path } = await withPasskey();
  await withDatabase(inject("databaseUrl"), (query) => query("delete from passwords where user_id = $1", [user.id]));
  return { sent: { cookies }, path };
}

/** As Auth.js' client sends it. */
async function signedInForm(): Promise<Sent> {
  const csrf = await send(origin, "GET", "/api/auth/csrf");
  const { cookies } = await newSession(origin);
  return {
    json: { csrfToken: csrf.json.csrfToken },
    cookies: { ...cookies, ...csrf.cookies },
    headers: { "x-auth-return-redirect": "1" },
  };
}
