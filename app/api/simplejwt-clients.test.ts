import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { codeAt } from "#e2e/authenticator-app.ts";
import { passGrace } from "#e2e/change-session.ts";
import { type Answer, freshName, type Sent, send, signUp, signUpBody } from "#e2e/client.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { type Document, differences, fetchDocument } from "#e2e/openapi.ts";
import { addPasskey, logInWithPasskey } from "#e2e/passkeys.ts";
import { answerChallenge, challengeOf, newGuarded } from "#e2e/second-factor.ts";
import { newAuthenticator } from "#e2e/software-authenticator.ts";

// What clients of simplejwt send and expect, where the settings allow it. bodies.test.ts and token.test.ts have what they get elsewhere.

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const JSON_TYPE = { "content-type": "application/json" };
const NEW_PASSWORD = "the-hidden-fortress-1958";
/** An answer's body that has both tokens. */
const BOTH = { refresh: expect.stringMatching(/^[\w.-]+$/), access: expect.stringMatching(/^[\w.-]+$/) };

let server: TestServer;
let origin: string;
let document: Document;
beforeAll(async () => {
  server = await startServer({
    DATABASE_URL: inject("databaseUrl"),
    AUTH_SECRET: inject("authSecret"),
    ACCESS_TOKEN_IN_BODY: "on",
    LEGACY_SIMPLEJWT: "2099-01-31",
    WEB_CONCURRENCY: "1",
  });
  // Under another name than the shared server, whose document lacks what these settings add.
  origin = server.origin.replace("127.0.0.1", "localhost");
  document = await fetchDocument(origin);
});
afterAll(() => server.stop());

const post = (path: string, sent: Sent) => send(origin, "POST", path, sent);
const logIn = ({ username, password }: { username: string; password: string }, sent: Sent = {}) =>
  post("/api/token/", { json: { username, password }, ...sent });
const form = (fields: Record<string, string>): Sent => ({ body: new URLSearchParams(fields).toString(), headers: FORM });
const tokensOf = ({ json: { refresh, access } }: Answer) => ({ refresh_token: refresh, access_token: access });

test("each answer to a credential in a body has both tokens, the same as its cookies, and is as documented", async () => {
  const user = await signUp(origin);
  const guarded = await newGuarded(origin);
  const authenticator = newAuthenticator();
  const opened = await logIn(user);
  const headers = bearer(opened.json.access);
  await addPasskey(origin, opened.cookies, authenticator);
  const asPassword = { current_password: user.password, new_password: NEW_PASSWORD };
  const answers: [path: string, answer: Answer][] = [
    ["/api/token/", opened],
    ["/api/token/second-factor/", await answerChallenge(origin, await challengeOf(origin, guarded.user), codeAt(guarded.secret))],
    ["/api/token/passkey/", await logInWithPasskey(origin, authenticator)],
    ["/api/token/refresh/", await post("/api/token/refresh/", { json: { refresh: opened.json.refresh } })],
    ["/api/user/reauthenticate/", await post("/api/user/reauthenticate/", { headers, json: { password: user.password } })],
    ["/api/user/password/", await post("/api/user/password/", { headers, json: asPassword })],
  ];
  for (const [path, answer] of answers) {
    expect(answer, path).toMatchObject({ status: 200, json: BOTH });
    expect(answer.cookies, path).toMatchObject(tokensOf(answer));
    expect(differences(document, { origin, method: "POST", path, answer })).toEqual([]);
  }
});

test("a client without cookies goes on with the tokens that a new password came with", async () => {
  const { user, ...first } = await newClient();
  const json = { current_password: user.password, new_password: NEW_PASSWORD };
  const changed = await post("/api/user/password/", { json, headers: bearer(first.access) });
  await passGrace(inject("databaseUrl"), changed.json.refresh);
  const refreshed = await post("/api/token/refresh/", { json: { refresh: changed.json.refresh } });
  const profile = await send(origin, "GET", "/api/user/profile/", { headers: bearer(refreshed.json.access) });
  expect(profile.json).toEqual({ username: user.username });
});

test("no script on a page can read a token from an answer to its cookies", async () => {
  const user = await signUp(origin);
  const { cookies } = await logIn(user);
  const json = { current_password: user.password, new_password: NEW_PASSWORD };
  const answers = [
    await post("/api/token/refresh/", { cookies }),
    await post("/api/user/reauthenticate/", { cookies, json: { password: user.password } }),
    await post("/api/user/password/", { cookies, json, headers: { authorization: "Bearer null" } }),
  ];
  expect(answers.map(({ json: { expires_in: _seconds, ...body } }) => body)).toEqual([
    { detail: "Token refreshed." },
    { detail: "Reauthenticated." },
    { detail: "New password has been saved." },
  ]);
});

test("the document has the access token only where answers have it", async () => {
  const schemaIn = (from: Document) => from.components.schemas.RefreshToken as { properties: object; required: string[] };
  const [elsewhere, here] = [schemaIn(await fetchDocument(inject("origin"))), schemaIn(document)];
  expect([Object.keys(elsewhere.properties), elsewhere.required]).toEqual([["refresh"], ["refresh"]]);
  expect([Object.keys(here.properties), here.required]).toEqual([
    ["refresh", "access"],
    ["refresh", "access"],
  ]);
});

test("a password may be sent as a number, each digit of which counts", async () => {
  const [username, digits] = [freshName(), "90817263545362718190"];
  const asNumber = (body: object, password: string) => JSON.stringify({ ...body, password: 0 }).replace(":0}", `:${password}}`);
  const { password: _none, ...others } = signUpBody(username);
  const made = await post("/api/user/signup/", { body: asNumber(others, digits), headers: JSON_TYPE });
  expect(made.status, made.text).toBe(201);
  expect((await logIn({ username, password: digits })).status).toBe(200);
  const bodies = [digits, `${digits.slice(0, -1)}1`, `${digits}.0`].map((password) => asNumber({ username }, password));
  const answers = await Promise.all(bodies.map((body) => post("/api/token/", { body, headers: JSON_TYPE })));
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 401]);
});

test("a boolean, a list and an object are no strings here, either", async () => {
  for (const value of [true, [5], { five: 5 }]) {
    const answer = await post("/api/token/", { json: { username: value, password: value } });
    expect(answer.json).toEqual({ username: ["Not a valid string."], password: ["Not a valid string."] });
  }
});

test("forms sign up, log in and refresh", async () => {
  const body = { ...signUpBody(), password: "träume & 100%+" };
  expect((await post("/api/user/signup/", form(body))).status).toBe(201);
  const { status, json } = await post("/api/token/", form({ username: body.username, password: body.password }));
  expect(status).toBe(200);
  expect((await logIn(body)).status).toBe(200);
  expect((await post("/api/token/refresh/", form({ refresh: json.refresh }))).json).toMatchObject(BOTH);
});

test("of a field that a form repeats the last one counts, and its fields are refused in the same words as in JSON", async () => {
  const { username, password } = await signUp(origin);
  const repeated = `username=nobody&password=x&username=${username}&password=${password}`;
  expect((await post("/api/token/", { body: repeated, headers: FORM })).status).toBe(200);
  expect((await post("/api/token/", form({ username: " " }))).json).toEqual({
    username: ["This field may not be blank."],
    password: ["This field is required."],
  });
});

test.each(["password=caf%e9", Buffer.from("password=caf\u00e9", "latin1"), "password=%00"])(
  "a form's field that is not text in UTF-8 is refused: %s",
  async (body) => {
    const answer = await post("/api/token/", { body, headers: FORM });
    expect(answer.status).toBe(400);
    expect(answer.json.password).toEqual([expect.stringMatching(/^Not a valid string\.$|^Null characters are not allowed\.$/)]);
  },
);

test("a form of another kind or charset is another media type, and a long one is too large", async () => {
  for (const type of ["multipart/form-data; boundary=x", `${FORM["content-type"]}; charset=iso-8859-1`, "text/plain"]) {
    expect((await post("/api/token/", { body: "username=ann", headers: { "content-type": type } })).status, type).toBe(415);
  }
  expect((await post("/api/token/", { body: `password=${"x".repeat(16_384)}`, headers: FORM })).status).toBe(413);
});

test("another site's form is refused, whatever it holds", async () => {
  const { username, password } = await signUp(origin);
  const good = new URLSearchParams({ username, password }).toString();
  for (const from of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }, { origin: "null" }]) {
    const answer = await post("/api/token/", { body: good, headers: { ...FORM, ...from } });
    expect([answer.status, answer.json.code, answer.setCookies]).toEqual([403, "cross_site", []]);
  }
});

function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}

async function newClient() {
  const user = await signUp(origin);
  const { refresh, access } = (await logIn(user)).json as { refresh: string; access: string };
  return { user, refresh, access };
}
