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
import { recoverWords } from "#app/(auth)/recover-words.ts";
import { resetPasswordWords } from "#app/(auth)/reset-password/reset-password-words.ts";
import { completeSignUpWords } from "#app/(auth)/signup/complete/complete-sign-up-words.ts";
import { signUpWords } from "#app/(auth)/signup/sign-up-words.ts";
import { newSession, send, signUp, signUpBody } from "./client.ts";
import { pendingSignup } from "./forge.ts";
import { recoveryToken } from "./recovery.ts";

// A row of the pages' words whose message the API never gives would be misspelt.

/** In place of this refusal a dialog asks for the proof. */
const PROOF = "reauthentication_required";
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

test("the API gives each message for which the account's page has words about codes and passkeys", async () => {
  const { cookies } = await newSession(origin);
  const codes = [{}, { code: null }, { code: "" }, { code: "000000" }];
  expectAll(await messages("/api/user/totp/confirm/", codes, { cookies }), firstCodeWords);
  const given = {
    ...(await messages("/api/user/passkeys/", [{ response: {} }], { cookies })),
    ...(await messages("/api/user/passkeys/1/", [{}, { name: null }, { name: "" }], { method: "PATCH", cookies })),
    ...(await messages("/api/user/passkeys/1/", [{ name: "My phone" }], { method: "PATCH", cookies })),
  };
  // At an address without a name; of a device that is known, for an account with twenty passkeys, and with one and nothing else.
  given.detail?.add("Passkeys need a site with a name, not an IP address.").add("This is the last way to log in.");
  given.response?.add("This passkey was added before.").add("This account has as many passkeys as it may have.");
  expectAll(given, passkeyWords);
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
  const passwords = [{}, { password: null }, { password: "" }, { password: "wrong" }];
  const wrong = [...passwords, { code: "" }, { code: "000000" }, { passkey: {} }, { provider: "github" }];
  const proof = await messages("/api/user/reauthenticate/", wrong, { cookies });
  // Where GitHub is the only way in.
  proof.provider?.add("It can't confirm that it is you. Log out, and log in with it again.");
  expectAll(proof, proofWords);
  const weak = [null, "", "ab", "password", "movieconnect", `${user.username}1`, `${user.email}1`, "🎬".repeat(257)];
  const given = await messages(
    "/api/user/password/",
    [
      {},
      { current_password: null },
      { current_password: "" },
      { current_password: "wrong", new_password: "the-third-man-1949" },
      ...weak.map((new_password) => ({ current_password: user.password, new_password })),
    ],
    { cookies },
  );
  addByOtherSettings(given.new_password);
  expectAll(given, changePasswordWords);
});

test("the pages have words for each refusal of the API's document", async () => {
  const { text } = await send(origin, "GET", "/api/openapi.json");
  const details = new Set<string>();
  JSON.parse(text, (status: string, answer) => {
    if (!/^4(?!29)\d\d$/.test(status)) return answer;
    for (const { value } of Object.values(answer.content?.["application/json"].examples ?? {}) as {
      value: { detail?: string; code?: string };
    }[])
      if (value.detail !== undefined && value.code !== PROOF) details.add(value.detail);
    return answer;
  });
  expect(details.size).toBeGreaterThan(8);
  for (const detail of details) {
    // Where it is refused.
    const all = [logInWords, providerWayWords, completeSignUpWords].map((words) =>
      inOurWords({ kind: "refused", status: 400, detail }, words, []),
    );
    expect(all).toContainEqual(expect.not.objectContaining({ detail }));
  }
});
