import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { failing, withIdToken } from "#e2e/providers/answers.ts";
import { edited } from "#e2e/providers/id-tokens.ts";
import { PATHS } from "#e2e/providers/identity-provider.ts";
import { startWithProviders, type WithProviders } from "#e2e/providers/start-with-providers.ts";
import { begin, comeBack, newVisitor, signInAt, signUpAt } from "#e2e/providers/visitor.ts";
import { cancel, walk } from "#e2e/providers/walk.ts";
import { answered, freshName, newSession, send } from "./client.ts";
import { dump } from "./dump.ts";
import { eventually, withDatabase } from "./harness.ts";

// A provider's tokens and codes open an account there, perhaps with more rights than were asked for. Nothing here keeps them.

const databaseUrl = inject("databaseUrl");

let running: WithProviders;
let origin = "";
beforeAll(async () => {
  const database = { DATABASE_URL: databaseUrl, AUTH_SECRET: inject("authSecret") };
  running = await startWithProviders({ ...database, LOG_LEVEL: "trace" });
  origin = running.origin;
});
afterAll(() => running?.stop());

/** Every token, code, verifier and secret that has passed between the application and its providers, by what it is. */
function secrets(): [string, string][] {
  const exchanges = [running.oidc, running.github].flatMap(({ proxy }) => proxy.exchanges);
  const found = exchanges.flatMap(({ asked, answer }) => {
    const sent = new URLSearchParams(asked.body);
    const given = answer.body.startsWith("{") ? JSON.parse(answer.body) : {};
    const back = new URL(answer.headers.location ?? "", "http://none").searchParams;
    const [, payload, signature] = (given.id_token ?? "").split(".");
    const { access_token, refresh_token, id_token } = given;
    const code_verifier = sent.get("code_verifier");
    return Object.entries({ access_token, refresh_token, id_token, payload, signature, code: back.get("code"), code_verifier });
  });
  const { AUTH_OIDC_SECRET = "", AUTH_GITHUB_SECRET = "" } = { ...running.oidc.variables, ...running.github.variables };
  return [...found, ["secret of oidc", AUTH_OIDC_SECRET], ["secret of github", AUTH_GITHUB_SECRET]].filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "",
  );
}

async function walkEverywhere(): Promise<void> {
  const name = freshName();
  const visitor = newVisitor(origin);
  await signUpAt(visitor, "oidc", name);
  await signInAt(newVisitor(origin), "oidc", name);
  await signInAt(newVisitor(origin), "github", freshName());
  const link = await visitor.send("POST", "/api/user/providers/github/");
  await comeBack(visitor, await walk(link.json.url, freshName()));
  const proof = await visitor.send("POST", "/api/user/reauthenticate/", { json: { provider: "oidc" } });
  await comeBack(visitor, await walk(proof.json.url, name));
  await comeBack(visitor, await cancel((await begin(visitor, "oidc")).href));
  // And what fails: errors are where such things end up in a log.
  const again = newVisitor(origin);
  const url = await walk((await begin(again, "oidc")).href, name);
  const cookies = { ...again.cookies };
  await comeBack(again, url);
  await comeBack(newVisitor(origin, cookies), url);
  await comeBack(newVisitor(origin), url);
  running.oidc.proxy.respond(PATHS.token, withIdToken(edited({ sub: "forged" })));
  await signInAt(newVisitor(origin), "oidc", name);
  running.oidc.proxy.restore();
  running.oidc.proxy.respond(PATHS.userinfo, failing);
  await signInAt(newVisitor(origin), "oidc", name);
  running.oidc.proxy.restore();
}

test("no answer, no line of the most talkative log and no row of the database has a provider's token, code, verifier or secret", async () => {
  const before = running.server.output().length;
  await walkEverywhere();
  const kinds = new Set(secrets().map(([kind]) => kind));
  expect([...kinds].sort()).toEqual([
    "access_token",
    "code",
    "code_verifier",
    "id_token",
    "payload",
    "refresh_token",
    "secret of github",
    "secret of oidc",
    "signature",
  ]);
  const answers = [...answered.values()].filter((exchange) => exchange.origin === origin);
  const places = {
    answers: JSON.stringify(answers.map(({ answer }) => [answer.rawHeaders, answer.text])),
    log: running.server.output(),
    database: await dump(databaseUrl),
  };
  const found = Object.entries(places).flatMap(([place, text]) =>
    secrets().flatMap(([kind, secret]) => (text.includes(secret) ? [`${kind} in ${place}`] : [])),
  );
  expect(found).toEqual([]);
  // The log is ours alone: each line is JSON, and none is Auth.js' own. The last line may not have arrived as a whole.
  const lines = running.server.output().slice(before).split("\n").slice(0, -1).filter(Boolean);
  expect(lines.filter((line) => !/^\{.*\}$/.test(line))).toEqual([]);
  expect(lines.filter((line) => /authjs|next-auth|\[auth\]/i.test(line))).toEqual([]);
});

test("a client's mistake is no error of ours: it leaves a line without a stack", async () => {
  const before = running.server.output().length;
  await comeBack(newVisitor(origin), `${origin}/api/auth/callback/oidc?code=x&state=y`);
  await send(origin, "POST", "/api/auth/signin/oidc", { json: {} });
  await send(origin, "POST", "/api/auth/signin/oidc", { body: "csrfToken=%" });
  const last = await comeBack(newVisitor(origin), `${origin}/api/auth/callback/oidc`);
  await eventually(() => running.server.output().includes(String(last.headers["x-request-id"])));
  const lines = running.server.output().slice(before).split("\n").filter(Boolean);
  expect(lines.filter((line) => /"stack"|"level":[56]0/.test(line))).toEqual([]);
});

test.each(["access_token", "refresh_token", "id_token"])("the database refuses a provider's %s", async (column) => {
  const { user } = await newSession(origin);
  const insert = `insert into accounts ("userId", type, provider, "providerAccountId", ${column}) values ($1, 'oidc', 'oidc', $2, 'token')`;
  const refused = withDatabase(databaseUrl, (query) => query(insert, [user.id, `https://login.example#${user.username}`]));
  await expect(refused).rejects.toMatchObject({ code: "23514", constraint: "accounts_hold_no_token" });
});
