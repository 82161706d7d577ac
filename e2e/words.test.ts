import { expect, inject, test } from "vitest";
import { inOurWords } from "#app/_components/in-our-words.ts";
import { proofWords } from "#app/_components/proof-words.ts";
import type { Words } from "#app/_components/words.ts";
import { changeEmailWords, changePasswordWords, profileWords } from "#app/(account)/account/account-words.ts";
import { firstCodeWords } from "#app/(account)/account/first-code-words.ts";
import { passkeyWords } from "#app/(account)/account/passkey-words.ts";
import { providerWayWords } from "#app/(account)/account/provider-way-words.ts";
import { linkWords } from "#app/(auth)/link-words.ts";
import { logInWords } from "#app/(auth)/login/log-in-words.ts";
import { passkeyLogInWords } from "#app/(auth)/login/passkey-log-in-words.ts";
import { secondStepWords } from "#app/(auth)/login/second-step-words.ts";
import { recoverWords } from "#app/(auth)/recover-words.ts";
import { resetPasswordWords } from "#app/(auth)/reset-password/reset-password-words.ts";
import { completeSignUpWords } from "#app/(auth)/signup/complete/complete-sign-up-words.ts";
import { signUpWords } from "#app/(auth)/signup/sign-up-words.ts";
import { newSession, send, signUp, signUpBody } from "./client.ts";
import { pendingSignup } from "./forge.ts";
import { withDatabase } from "./harness.ts";
import { recoveryToken } from "./recovery.ts";
import { challengeOf, insertPasskey, newGuarded } from "./second-factor.ts";

// A row of the pages' words whose message the API never gives would be misspelt.

/** In place of these refusals a dialog asks for the proof, or the form for the second factor. */
const ASKED = ["reauthentication_required", "second_factor_required"];
const origin = inject("origin");
const taken = signUpBody();
const about = { username: "hitchcock", email: "hitchcock@vertigo.example" };

const BAD_SIGNUPS = [
  {},
  { username: null, email: null, password: null, age: null },
  { username: " ", email: " ", password: "", age: "" },
  { username: 5, email: "a\0", password: "a\0", age: "soon" },
  { username: "a b", email: "a@b", password: "password", age: "2999-01-01" },
  { username: "a".repeat(151), email: taken.email, password: "ab", age: "1850-01-01" },
  { ...taken, password: "🎬".repeat(257), age: `${new Date().getUTCFullYear() - 1}-01-01` },
  { ...about, password: "hitchcock1", age: "1990-01-02" },
  { ...about, password: "movieconnect", age: "1990-01-02" },
];

async function messages(
  path: string,
  bodies: unknown[],
  { method = "POST", cookies = {} }: { method?: string; cookies?: Record<string, string> } = {},
): Promise<Record<string, Set<string>>> {
  const all: Record<string, Set<string>> = {};
  for (const json of bodies) {
    const answer = await send(origin, method, path, { json, cookies });
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    for (const [field, said] of Object.entries(answer.json)) {
      all[field] ??= new Set();
      for (const one of [said].flat()) all[field].add(String(one).replace(/\d+/, "…"));
    }
  }
  return all;
}

// A change of the account may leave fields out.
const NEVER_ABSENT = "This field is required.";
function without(all: Words, message: string): Words {
  const rows = Object.entries(all).map(([field, { [message]: _absent, ...words }]) => [field, words]);
  return Object.fromEntries(rows);
}

function expectAll(given: Record<string, Set<string>>, all: Words): void {
  for (const [field, words] of Object.entries(all))
    expect([...(given[field] ?? [])]).toEqual(expect.arrayContaining(Object.keys(words)));
}

/** What the API says of a new password with another PASSWORD_MIN_LENGTH, and with BREACHED_PASSWORDS. */
function addByOtherSettings(said: Set<string> | undefined): void {
  said?.add("This password is too short. It must contain at least … character.");
  said?.add("This password has appeared in a data breach.");
}

test("the API gives each message for which the signup page has words at a field", async () => {
  await send(origin, "POST", "/api/user/signup/", { json: taken });
  const given = await messages("/api/user/signup/", BAD_SIGNUPS);
  addByOtherSettings(given.password);
  expectAll(given, signUpWords);
});

test("the API gives each message for which the page has words that completes a signup with a provider", async () => {
  await send(origin, "POST", "/api/user/signup/", { json: taken });
  const cookies = { pending_signup: pendingSignup(inject("authSecret"), { email: null }) };
  // Without a password the last two are good.
  const given = await messages("/api/user/signup/complete/", BAD_SIGNUPS.slice(0, -2), { cookies });
  expectAll({ ...given, ...(await messages("/api/user/signup/complete/", [{}])) }, { detail: completeSignUpWords.detail ?? {} });
  expectAll(given, { ...completeSignUpWords, detail: {} });
});

test("the API gives each message for which the login page has words", async () => {
  const given = await messages("/api/token/", [
    {},
    { username: null, password: null },
    { username: "", password: "" },
    { username: "nobody", password: "x" },
  ]);
  // Where an address must be confirmed first (EMAIL_VERIFICATION).
  given.detail?.add("E-mail address is not verified.");
  expectAll(given, logInWords);
});

test("the API gives each message for which the pages of a recovery and of links have words", async () => {
  expectAll(await messages("/api/user/password/reset/", [{}, { email: null }, { email: " " }, { email: "a@b" }]), recoverWords);
  const dead = [{}, { token: null }, { token: "" }, { token: "worn-out" }];
  for (const path of ["/api/user/email/confirm/", "/api/user/email/undo/"]) expectAll(await messages(path, dead), linkWords);
  const { username, email } = await signUp(origin);
  const token = await recoveryToken(origin, email);
  const passwords = ["", "ab", "password", "movieconnect", `${username}1`, `${email}1`, "🎬".repeat(257)];
  const given = await messages("/api/user/password/reset/confirm/", [
    ...dead.map((body) => ({ ...body, new_password: "seven-samurai-1954" })),
    { token },
    { token, new_password: null },
    ...passwords.map((new_password) => ({ token, new_password })),
  ]);
  addByOtherSettings(given.new_password);
  expectAll(given, resetPasswordWords);
});

test("the API gives each message for which the account's page has words", async () => {
  const { user, cookies } = await newSession(origin);
  // The last two have only bad passwords.
  const profile = BAD_SIGNUPS.slice(1, -2).map(({ username, age }) => ({ username, age }));
  expectAll(await messages("/api/user/account/", profile, { method: "PATCH", cookies }), without(profileWords, NEVER_ABSENT));
  expectAll(
    await messages("/api/user/email/", [{}, { email: null }, { email: "" }, { email: "a@b" }], { cookies }),
    changeEmailWords,
  );
  const passwordsOfNone = [{}, { password: null }, { password: "" }, { password: "wrong" }];
  const codes = [{ code: null }, { code: "" }, { code: "wrong" }];
  const wrong = [...passwordsOfNone, ...codes, { passkey: {} }, { provider: "github" }];
  const proof = await messages("/api/user/reauthenticate/", wrong, { cookies });
  // Where GitHub is the only way in.
  proof.provider?.add("It can't confirm that it is you. Log out, and log in with it again.");
  // A proof without a code is one by another method.
  expectAll(proof, { ...proofWords, ...without({ code: proofWords.code ?? {} }, NEVER_ABSENT) });
  const passwords = [null, "", "ab", "password", "movieconnect", `${user.username}1`, `${user.email}1`, "🎬".repeat(257)];
  const given = await messages(
    "/api/user/password/",
    [
      {},
      { current_password: null },
      { current_password: "" },
      { current_password: "wrong", new_password: "the-third-man-1949" },
      ...passwords.map((new_password) => ({ current_password: user.password, new_password })),
    ],
    { cookies },
  );
  addByOtherSettings(given.new_password);
  expectAll(given, changePasswordWords);
});

test("the API gives each message for which the parts about codes and passkeys have words", async () => {
  const { user, cookies } = await newSession(origin);
  const codes = [{}, { code: null }, { code: "" }, { code: "000000" }];
  expectAll(await messages("/api/user/totp/confirm/", codes, { cookies }), firstCodeWords);
  await insertPasskey(inject("databaseUrl"), user.id, "Phone");
  await withDatabase(inject("databaseUrl"), (query) => query("delete from passwords where user_id = $1", [user.id]));
  const [passkey] = (await send(origin, "GET", "/api/user/passkeys/", { cookies })).json;
  const path = `/api/user/passkeys/${passkey.id}/`;
  const { name } = await messages(path, [{}, { name: null }, { name: " " }], { method: "PATCH", cookies });
  const { response } = await messages("/api/user/passkeys/", [{ response: {} }], { cookies });
  // Where the device has one already, or the account has 20.
  response?.add("This passkey was added before.").add("This account has as many passkeys as it may have.");
  const { detail } = await messages("/api/user/passkeys/options/", [{}], { cookies });
  detail?.add((await send(origin, "DELETE", path, { cookies })).json.detail);
  detail?.add((await send(origin, "DELETE", "/api/user/passkeys/0/", { cookies })).json.detail);
  expectAll({ name: name ?? new Set(), response: response ?? new Set(), detail: detail ?? new Set() }, passkeyWords);
});

test("the API gives each message for which the second step of a login, and a login with a passkey, have words", async () => {
  const { user } = await newGuarded(origin, inject("databaseUrl"));
  const challenge = await challengeOf(origin, user);
  const path = "/api/token/second-factor/";
  const codes = [{}, { code: null }, { code: "" }, { code: "0" }, { passkey: {} }].map((shown) => ({ challenge, ...shown }));
  const { code = new Set<string>(), detail = new Set<string>() } = await messages(path, codes);
  // The form shows this refusal at its field.
  expect(detail).toContain("Invalid code.");
  // Where the account was switched off meanwhile, or its address must be confirmed first.
  detail.add("No active account found with the given credentials").add("E-mail address is not verified.");
  expectAll({ code: code.add("Invalid code."), detail }, secondStepWords);
  const refused = await messages("/api/token/passkey/", [{ response: {} }]);
  expectAll({ detail: new Set([...detail, ...(refused.detail ?? [])]) }, passkeyLogInWords);
});

test("the pages have words for each refusal of the API's document", async () => {
  const { text } = await send(origin, "GET", "/api/openapi.json");
  const details = new Set<string>();
  JSON.parse(text, (status: string, answer) => {
    if (!/^4(?!29)\d\d$/.test(status)) return answer;
    for (const { value } of Object.values(answer.content?.["application/json"].examples ?? {}) as {
      value: { detail?: string; code?: string };
    }[])
      if (value.detail !== undefined && !ASKED.includes(value.code ?? "")) details.add(value.detail);
    return answer;
  });
  expect(details.size).toBeGreaterThan(8);
  for (const detail of details) {
    // Where it is refused.
    const forms = [logInWords, providerWayWords, completeSignUpWords, passkeyWords, passkeyLogInWords, secondStepWords];
    const all = [...forms, { detail: secondStepWords.code ?? {} }].map((words) =>
      inOurWords({ kind: "refused", status: 400, detail }, words, []),
    );
    expect(all).toContainEqual(expect.not.objectContaining({ detail }));
  }
});
