import { expect, inject, test } from "vitest";
import { codeAt } from "#e2e/authenticator-app.ts";
import { newSession, send } from "#e2e/client.ts";
import { inDatabase } from "#e2e/email-changes.ts";
import { eventNames } from "#e2e/events-of.ts";
import { holdingAccount } from "#e2e/held-account.ts";
import { readMailAbout } from "#e2e/recovery.ts";
import { answerChallenge, challengeOf, newGuarded } from "#e2e/second-factor.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

const origin = inject("origin");

type Cookies = Record<string, string>;
const renew = (cookies: Cookies) => send(origin, "POST", "/api/user/recovery-codes/", { cookies });

test("new recovery codes void the old ones: all other sessions end, and an event and a mail tell it", async () => {
  const { user, cookies, secret, recoveryCodes } = await newGuarded(origin);
  const elsewhere = await answerChallenge(origin, await challengeOf(origin, user), codeAt(secret));
  const { status, json, headers } = await renew(cookies);
  expect([status, Object.keys(json), json.recovery_codes.length, headers["cache-control"]]).toEqual([
    200,
    ["recovery_codes"],
    10,
    "no-store",
  ]);
  expect(new Set([...json.recovery_codes, ...recoveryCodes]).size).toBe(20);
  const over = await send(origin, "POST", "/api/token/refresh/", { cookies: elsewhere.cookies });
  expect([over.status, over.json.reason]).toEqual([401, "ended_elsewhere"]);
  expect((await send(origin, "POST", "/api/token/refresh/", { cookies })).status).toBe(200);
  expect((await eventNames(origin, cookies))[0]).toBe("recovery_codes_made");
  await readMailAbout(user.email, "You have new recovery codes");
  const challenge = await challengeOf(origin, user);
  expect((await answerChallenge(origin, challenge, recoveryCodes[3])).json.code).toBe("invalid_code");
  expect((await answerChallenge(origin, challenge, json.recovery_codes[3])).status).toBe(200);
});

test("an account without codes of an app has no recovery codes to make", async () => {
  const { user, cookies } = await newSession(origin);
  const { status, json } = await renew(cookies);
  expect([status, json]).toEqual([404, { detail: "Not found." }]);
  expect(await inDatabase("select from recovery_codes where user_id = $1", [user.id])).toEqual([]);
});

test("of new recovery codes that are made at once, ten are good: those of the latest answer", async () => {
  const { user, cookies } = await newGuarded(origin);
  const answers = await holdingAccount(user.id, 2, () => Promise.all([0, 1].map(() => unlessBusy(() => renew(cookies)))));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect((await inDatabase("select from recovery_codes where user_id = $1", [user.id])).length).toBe(10);
  const logins = [];
  for (const { json } of answers) {
    logins.push((await answerChallenge(origin, await challengeOf(origin, user), json.recovery_codes[0])).status);
  }
  expect(logins.sort()).toEqual([200, 401]);
});

test("a recovery code is kept as a hash alone", async () => {
  const { user, recoveryCodes } = await newGuarded(origin);
  const rows = await inDatabase("select recovery_codes::text as row from recovery_codes where user_id = $1", [user.id]);
  const kept = rows.map(({ row }) => row).join();
  for (const code of recoveryCodes) for (const part of [code, ...code.split("-")]) expect(kept).not.toContain(part);
  expect(rows.length).toBe(10);
});
