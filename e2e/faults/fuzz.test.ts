import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshName, logIn, newSession, PASSWORD, send } from "#e2e/client.ts";
import { hostileBody } from "#e2e/fuzz/bodies.ts";
import { assertApiAnswer, assertPageAnswer, isApi, isMalformed } from "#e2e/fuzz/contract.ts";
import { casesSent, everyCase, seed, totalCases } from "#e2e/fuzz/every-case.ts";
import { spoiledPasskey } from "#e2e/fuzz/passkeys.ts";
import { type Line, openLine, type RawAnswer, sendAndHangUp } from "#e2e/fuzz/raw-http.ts";
import {
  brokenAuthorization,
  brokenCookies,
  brokenToken,
  type Case,
  contentType,
  strangeHeaders,
  strangePath,
  toBytes,
} from "#e2e/fuzz/requests.ts";
import { headerText, hostileString, validPassword, validUsername } from "#e2e/fuzz/strings.ts";
import { startPostgres, startServer, type TestPostgres, type TestServer, withDatabase } from "#e2e/harness.ts";
import { addPasskey, askForNew, askForPasskey, call, siteOf } from "#e2e/passkeys.ts";
import { newAuthenticator } from "#e2e/software-authenticator.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";
import { asciiEmail } from "#lib/names/email-address.ts";

// Whatever a client sends, the application has an answer in the contract's form. A failure names the case, the seed and the
// smallest case that fails, too; FUZZ_SEED repeats a run, FUZZ_CASES makes a longer one.

const SIGNUP = "/api/user/signup/";
const TOKEN = "/api/token/";
const REFRESH = "/api/token/refresh/";
const PROFILE = "/api/user/profile/";
const LOGOUT = "/api/user/logout/";
const LIVE = "/api/health/live/";
const READY = "/api/health/ready/";

let postgres: TestPostgres;
let server: TestServer;
/** Good tokens, which the tests only send spoiled. */
let tokens: string[];
let viewer: { username: string; access: string };

const idle: Line[] = [];
const settle = { timeout: 600_000 };
const share = (part: number) => Math.ceil(part * totalCases);

let migrationLog = 0;
const postgresLog = () => readFile(join(postgres.directory, "postgres.log"), "utf8");

beforeAll(async () => {
  process.stdout.write(`FUZZ_SEED=${seed} FUZZ_CASES=${totalCases}\n`);
  postgres = await startPostgres({ log_min_messages: "warning", log_min_error_statement: "error" });
  server = await startServer({ DATABASE_URL: postgres.url });
  // Skips the log of the migrations: only requests are of interest.
  migrationLog = (await postgresLog()).length;
  const sessions = [await newSession(server.origin), await newSession(server.origin)];
  tokens = sessions.flatMap(({ cookies }) => Object.values(cookies));
  const { user, cookies } = await newSession(server.origin);
  viewer = { username: user.username, access: cookies.access_token ?? "" };
});
afterAll(async () => {
  for (const line of idle) line.close();
  await server.stop();
  await postgres.stop();
});

/** Sends a case. */
function answerTo(sent: Case): Promise<RawAnswer> {
  return unlessBusy(async () => {
    const line = idle.pop() ?? openLine(server.origin);
    const answer = await line.ask(toBytes(sent), sent.method !== "HEAD");
    idle.push(line);
    return answer;
  });
}

const post = (path: string, json: unknown) => unlessBusy(() => send(server.origin, "POST", path, { json }));

/** Expects one of these statuses in the contract's form. Where `isStrange`, a refusal as malformed HTTP will do, too. */
async function expectAnswer(sent: Case, allowed: number[], isStrange = false): Promise<RawAnswer> {
  try {
    const answer = await answerTo(sent);
    assertApiAnswer(answer, sent, isStrange && isMalformed(answer) ? [400, 431] : allowed);
    return answer;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}, to ${show(sent)}`, { cause: error });
  }
}

function show(sent: Case): string {
  const text = JSON.stringify(toBytes(sent).toString("latin1"));
  return text.length > 1_500 ? `${text.slice(0, 1_500)}… (${text.length} characters)` : text;
}

const posts = (path: string, body: fc.Arbitrary<Buffer>): fc.Arbitrary<Case> =>
  fc
    .tuple(body, contentType, fc.boolean())
    .map(([bytes, headers, isChunked]) => ({ method: "POST", path, headers, body: bytes, isChunked }));

test("no body makes an endpoint fail, and a signup returns its fields byte for byte", settle, async () => {
  const refused = [400, 413, 415];
  const check = (besides: number[]) => async (sent: Case) => {
    const answer = await expectAnswer(sent, [...refused, ...besides], true);
    if (![...refused, 431].includes(answer.status) && sent.path !== LOGOUT) expectStorable(sent);
    if (answer.status === 201) expectEcho(sent.body, answer);
  };
  const account = ["username", "email", "password", "age"] as const;
  await everyCase(share(0.1), posts(SIGNUP, hostileBody(account, "age")), check([201]));
  await everyCase(share(0.05), posts(SIGNUP, hostileBody(account, "username")), check([201]));
  await everyCase(share(0.05), posts(SIGNUP, hostileBody(account, "password")), check([201]));
  await everyCase(share(0.1), posts(TOKEN, hostileBody(["username", "password"], "username")), check([401]));
  await everyCase(share(0.07), posts(TOKEN, hostileBody(["username", "password"], "password")), check([401]));
  await everyCase(share(0.15), posts(REFRESH, hostileBody(["refresh"])), check([401]));
  await everyCase(share(0.02), posts(LOGOUT, hostileBody(["refresh"])), check([401]));
  await everyCase(share(0.02), posts("/api/nothing/", hostileBody(["username"])), async (sent) => {
    await expectAnswer(sent, [404], true);
  });
  // Each of these costs a password hash. An account that signs up here logs in afterwards.
  await everyCase(share(0.005), posts(SIGNUP, hostileBody(account)), check([201]));
  await everyCase(share(0.008), posts(TOKEN, hostileBody(["password", "username"])), check([200, 401]));
});

// Checks that the very text that was sent is compared and stored, without a replacement for half a character.
function expectStorable({ path, body }: Case): void {
  const text = body?.toString() ?? "";
  const { username, password, refresh } = JSON.parse(text === "" ? "{}" : text);
  // Unknown fields may hold anything.
  for (const value of path === REFRESH ? [refresh] : [username, password]) {
    if (value !== undefined) expect(value.isWellFormed() && !value.includes("\0"), JSON.stringify(value)).toBe(true);
  }
}

function expectEcho(body: Buffer | undefined, answer: RawAnswer): void {
  const { username, email, age } = JSON.parse(body?.toString() ?? "");
  const { id, ...echo } = JSON.parse(answer.body.toString());
  expect(id).toEqual(expect.any(Number));
  expect(echo).toEqual({ username: username.trim().normalize("NFKC"), email: asciiEmail(email.trim()), age });
}

test("no spoiled answer of a passkey opens an account or fails", settle, async () => {
  const { cookies } = await newSession(server.origin);
  const authenticator = newAuthenticator();
  expect((await addPasskey(server.origin, cookies, authenticator)).status).toBe(201);
  const site = siteOf(server.origin);
  const [forLogin, forNew] = [await askForPasskey(server.origin), await askForNew(server.origin, cookies)];
  const login = authenticator.sign(forLogin.options, site);
  await everyCase(share(0.02), spoiledPasskey(login), async (response) => {
    const sent = { cookies: forLogin.cookies, json: { response } };
    const answer = await unlessBusy(() => call(server.origin, "POST", "/api/token/passkey/", sent));
    expect([400, 401]).toContain(answer.status);
  });
  // Whatever is spoiled, the challenge stays good: so it was looked at in each case.
  const good = { cookies: forLogin.cookies, json: { response: login } };
  expect((await call(server.origin, "POST", "/api/token/passkey/", good)).status).toBe(200);
  // An attestation is not signed: with another key or count it is another passkey, and may be added.
  const made = fc.constant(null).chain(() => spoiledPasskey(newAuthenticator().make(forNew.options, site)));
  await everyCase(share(0.02), made, async (response) => {
    const sent = { cookies: forNew.cookies, json: { response } };
    const answer = await unlessBusy(() => call(server.origin, "POST", "/api/user/passkeys/", sent));
    expect([201, 400]).toContain(answer.status);
  });
});

test("no broken credential opens anything, and a good one is found among broken ones", settle, async () => {
  const broken = fc.tuple(brokenAuthorization(tokens), brokenCookies(tokens)).map((lists) => lists.flat());
  const asked = (method: string, path: string) => broken.map((headers): Case => ({ method, path, headers }));
  await everyCase(share(0.08), asked("GET", PROFILE), (sent) => expectAnswer(sent, [401], true).then(expectChallenge));
  await everyCase(share(0.05), asked("POST", LOGOUT), (sent) => expectAnswer(sent, [401], true).then(expectChallenge));
  await everyCase(share(0.05), asked("POST", REFRESH), (sent) => expectAnswer(sent, [401], true).then(expectChallenge));
  const byBody = fc.tuple(fc.constantFrom(REFRESH, LOGOUT), brokenToken(tokens)).map(([path, refresh]): Case => {
    const headers: [string, string][] = [["Content-Type", "application/json"]];
    return { method: "POST", path, headers, body: Buffer.from(JSON.stringify({ refresh })) };
  });
  await everyCase(share(0.04), byBody, (sent) => expectAnswer(sent, [400, 401]).then(expectChallenge));
  const others = fc.array(fc.tuple(fc.stringMatching(/^[a-z_]{1,12}$/), headerText), { maxLength: 4 });
  const amongOthers = others.map((pairs): Case => {
    const strange = pairs.map(([name, value]) => `x${name}=${value.replaceAll(/[^ -~]|[;,]/g, "")}`);
    const cookie = [...strange, `access_token=${viewer.access}`, ...strange.slice(0, 1)].join("; ");
    return { method: "GET", path: PROFILE, headers: [["Cookie", cookie]] };
  });
  await everyCase(share(0.02), amongOthers, async (sent) => {
    const answer = await expectAnswer(sent, [200], true);
    if (answer.status === 200) expect(answer.body.toString()).toBe(JSON.stringify({ username: viewer.username }));
  });
});

function expectChallenge(answer: RawAnswer): void {
  if (answer.status !== 401) return;
  expect(answer.headers.filter(([name]) => name === "www-authenticate")).toEqual([["www-authenticate", 'Bearer realm="api"']]);
}

const ENDPOINTS: [method: string, path: string, statuses: number[]][] = [
  ["GET", PROFILE, [401]],
  ["GET", LIVE, [200]],
  ["GET", READY, [200]],
  ["HEAD", PROFILE, [401]],
  ["POST", LOGOUT, [401, 403]],
  ["POST", REFRESH, [401, 403]],
  ["POST", TOKEN, [400, 403]],
  ["POST", SIGNUP, [400, 403]],
  ["OPTIONS", SIGNUP, [204]],
  ["GET", "/api/nothing/", [404]],
];

test("no header makes an endpoint fail or answer for another", settle, async () => {
  const cases = fc.tuple(fc.constantFrom(...ENDPOINTS), strangeHeaders);
  await everyCase(share(0.15), cases, async ([[method, path, statuses], headers]) => {
    await expectAnswer({ method, path, headers }, statuses, true);
  });
});

test("no method and no path makes the server fail", settle, async () => {
  const method = fc.constantFrom(
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "PROPFIND",
    "QUERY",
    "GETX",
  );
  const cases = fc.tuple(method, fc.oneof(strangePath, fc.constantFrom(...ENDPOINTS.map(([, path]) => path))));
  await everyCase(share(0.08), cases, async ([verb, path]) => {
    const sent: Case = { method: verb, path, headers: [] };
    if (isApi(path)) await expectAnswer(sent, [200, 204, 400, 401, 404, 405], true);
    else await expectPage(sent);
  });
});

test("no parameter of a path or a query, and no change of an account, makes an endpoint fail", settle, async () => {
  const { cookies } = await newSession(server.origin);
  const headers: [string, string][] = [["Cookie", `access_token=${cookies.access_token}`]];
  const value = fc.oneof(
    hostileString.filter((text) => text.isWellFormed() && text.length < 500).map(encodeURIComponent),
    headerText,
  );
  const id = value.map((text) => text.replaceAll(/[\s/?#]/g, "~"));
  await everyCase(share(0.02), id, async (text) => {
    await expectAnswer({ method: "DELETE", path: `/api/user/sessions/${text}/`, headers }, [404, 405, 200], true);
  });
  await everyCase(
    share(0.02),
    value.map((text) => text.replaceAll(/[\s#]/g, "~")),
    async (text) => {
      await expectAnswer({ method: "GET", path: `/api/user/events/?before=${text}`, headers }, [200, 400], true);
    },
  );
  const change = posts("/api/user/account/", hostileBody(["username", "age"]));
  await everyCase(share(0.02), change, async (sent) => {
    const patch: Case = { ...sent, method: "PATCH", headers: [...sent.headers, ...headers] };
    await expectAnswer(patch, [200, 400, 413, 415], true);
  });
});

test("no page fails, whatever values Next's own headers and cookies have", settle, async () => {
  const page = fc.constantFrom(
    "/",
    "/login",
    "/signup",
    "/signup/complete",
    "/nothing",
    "/icon.svg",
    "/_next/static/x.js",
    "/_next/image?url=%2Ficon.svg&w=64&q=75",
  );
  const query = fc.oneof(
    fc.constant(""),
    hostileString.filter((text) => text.isWellFormed() && text.length < 500).map((text) => `?next=${encodeURIComponent(text)}`),
  );
  const cases = fc.tuple(fc.constantFrom("GET", "GET", "HEAD", "POST"), page, query, strangeHeaders, brokenCookies(tokens));
  await everyCase(share(0.03), cases, ([method, path, search, headers, cookies]) =>
    expectPage({ method, path: path + (path.includes("?") ? "" : search), headers: [...headers, ...cookies] }),
  );
});

async function expectPage(sent: Case): Promise<void> {
  try {
    const answer = await answerTo(sent);
    if (!isMalformed(answer)) assertPageAnswer(answer);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}, to ${show(sent)}`, { cause: error });
  }
}

test(
  "bytes that are nearly HTTP are answered or cut off, and a client that hangs up is not logged as a failure",
  settle,
  async () => {
    const body = Buffer.from(JSON.stringify({ username: "ann", password: null }));
    const whole = (isChunked: boolean) =>
      toBytes({ method: "POST", path: TOKEN, headers: [["Content-Type", "application/json"]], body, isChunked });
    const change = fc.tuple(
      fc.nat(),
      fc.constantFrom("\r", "\n", "\0", ":", " ", "0", "9", "f", "\xff", "\t", ";", "\r\n\r\n"),
      fc.constantFrom(0, 1, 5),
    );
    const cases = fc.tuple(fc.boolean(), fc.array(change, { maxLength: 3 }), fc.nat()).map(([isChunked, changes, end]) => {
      let bytes = whole(isChunked);
      for (const [at, put, cut] of changes) {
        const place = at % bytes.length;
        bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from(put, "latin1"), bytes.subarray(place + cut)]);
      }
      return changes.length > 0 ? bytes : bytes.subarray(0, end % bytes.length);
    });
    await everyCase(share(0.02), cases, async (bytes) => {
      for (const answer of await sendAndHangUp(server.origin, bytes)) {
        if (!isMalformed(answer)) assertPageAnswer(answer);
      }
    });
  },
);

test("a login opens only the account whose password was sent, to the last byte", settle, async () => {
  const near = fc.constantFrom<(text: string) => string>(
    (text) => `${text} `,
    (text) => text.slice(0, -1),
    (text) => text.trim(),
    (text) => text.normalize("NFC"),
    (text) => text.normalize("NFD"),
    (text) => text.toUpperCase(),
    (text) => text.replace(/.$/su, "\ufffd"),
  );
  await everyCase(share(0.004), fc.tuple(validUsername, validPassword, near), async ([name, password, change]) => {
    const written = {
      username: `${name}${freshName()}`,
      email: ` O'Last+${freshName()}@Example.com\t`,
      password,
      age: "1990-01-02",
    };
    const kept = { username: written.username.trim().normalize("NFKC"), email: written.email.trim() };
    const created = await post(SIGNUP, written);
    expect([created.status, created.json]).toEqual([201, { id: created.json.id, ...kept, age: written.age }]);
    const rows = await withDatabase(postgres.url, (query) =>
      query("select username, email from users where id = $1", [created.json.id]),
    );
    expect(rows).toEqual([kept]);
    const { cookies } = await post(TOKEN, { username: written.username, password });
    const profile = await unlessBusy(() => send(server.origin, "GET", PROFILE, { cookies }));
    expect(profile.json).toEqual({ username: kept.username });
    const other = change(password);
    if (other === password || other === "" || !other.isWellFormed()) return;
    const refused = await post(TOKEN, { username: written.username, password: other });
    expect(refused.status).toBe(401);
  });
});

test("after all cases Postgres has logged no complaint, and the application no failure", async () => {
  // Statements that a busy machine did not run in time do not count. The application cancels those that it has given up.
  const complaint = /^(?!.*canceling statement due to (?:statement timeout|user request)).* (WARNING|ERROR|FATAL|PANIC): /;
  const log = (await postgresLog()).slice(migrationLog);
  expect(log.split("\n").filter((line) => complaint.test(line))).toEqual([]);
  const output = server.output().split("\n");
  expect(output.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
  expect((await logIn(server.origin, { username: viewer.username, password: PASSWORD })).refresh).toBeTruthy();
  expect(casesSent()).toBeGreaterThanOrEqual(totalCases);
});
