import { expect, test } from "vitest";
import type { RecoverableAccount } from "#db/recovery.ts";
import { processAt } from "#e2e/process-at.ts";

const [OLD, NEW] = ["old-secret-0123456789-0123456789-old", "new-secret-0123456789-0123456789-new"];
const SIGNED_AT = "2026-01-01T00:00:00Z";
const account: RecoverableAccount = { id: 7, username: "ann", email: "ann@example.com", encoded: "a hash", last_change: 12 };

/** The module in a process with these secrets, at a moment. */
async function recoveryTokens(moment = SIGNED_AT, secrets = NEW, lifetime = "3600") {
  processAt(moment, { AUTH_SECRET: secrets, RECOVERY_LIFETIME: lifetime });
  return import("./recovery-token.ts");
}

test("a recovery token is good for its lifetime, and not a moment longer", async () => {
  const token = (await recoveryTokens()).signRecoveryToken(account);
  const within = await recoveryTokens("2026-01-01T00:59:59.999Z");
  expect([within.readRecoveryToken(token), within.isRecoveryTokenOf(account, token)]).toEqual([7, true]);
  const after = await recoveryTokens("2026-01-01T01:00:00Z");
  expect([after.readRecoveryToken(token), after.isRecoveryTokenOf(account, token)]).toEqual([null, false]);
});

test("the lifetime of a recovery token is the setting's", async () => {
  const token = (await recoveryTokens(SIGNED_AT, NEW, "60")).signRecoveryToken(account);
  expect((await recoveryTokens("2026-01-01T00:00:59Z")).readRecoveryToken(token)).toBe(7);
  expect((await recoveryTokens("2026-01-01T00:01:00Z")).readRecoveryToken(token)).toBeNull();
});

test("whatever changes of an account's ways in voids its recovery tokens", async () => {
  const { signRecoveryToken, isRecoveryTokenOf } = await recoveryTokens();
  const token = signRecoveryToken(account);
  expect(isRecoveryTokenOf({ ...account, username: "anna" }, token)).toBe(true);
  const changes: Partial<RecoverableAccount>[] = [
    { id: 8 },
    { encoded: "another hash" },
    { encoded: null },
    { email: "Ann@example.com" },
    { last_change: 13 },
    { last_change: null },
  ];
  for (const change of changes) expect(isRecoveryTokenOf({ ...account, ...change }, token), JSON.stringify(change)).toBe(false);
});

test("a recovery token of an account without a password is void once it has one", async () => {
  const { signRecoveryToken, isRecoveryTokenOf } = await recoveryTokens();
  const without = { ...account, encoded: null };
  const token = signRecoveryToken(without);
  expect(isRecoveryTokenOf(without, token)).toBe(true);
  for (const encoded of ["a hash", "", "null"]) expect(isRecoveryTokenOf({ ...without, encoded }, token)).toBe(false);
});

test("a recovery token reveals nothing of the account but its id", async () => {
  const token = (await recoveryTokens()).signRecoveryToken({ ...account, encoded: "bcrypt$hash", last_change: 424_242 });
  const read = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  for (const secret of ["ann", "example.com", "bcrypt", "424242"]) expect(read).not.toContain(secret);
  expect(Object.keys(JSON.parse(read)).sort()).toEqual(["exp", "iat", "state", "user_id"]);
});

test("while a secret is replaced, links of both are good; once it is removed, none of its links is", async () => {
  const before = (await recoveryTokens(SIGNED_AT, OLD)).signRecoveryToken(account);
  const during = await recoveryTokens(SIGNED_AT, `${NEW},${OLD}`);
  expect(during.isRecoveryTokenOf(account, before)).toBe(true);
  const signed = during.signRecoveryToken(account);
  const after = await recoveryTokens(SIGNED_AT, NEW);
  expect(after.isRecoveryTokenOf(account, signed)).toBe(true);
  expect(after.isRecoveryTokenOf(account, before)).toBe(false);
});

test("a link of another kind is no recovery token, and a recovery token is no session's", async () => {
  const { signRecoveryToken, isRecoveryTokenOf, readRecoveryToken } = await recoveryTokens();
  const { signValue, stateDigests } = await import("./signed-value.ts");
  const { verifyAccessToken, verifyRefreshToken } = await import("./tokens.ts");
  const [state] = stateDigests("recovery", account.id, account.encoded, account.email, account.last_change);
  expect(isRecoveryTokenOf(account, signValue("recovery", { user_id: 7, state }, 60))).toBe(true);
  for (const kind of ["confirm-email", "undo-email-change"] as const) {
    const other = signValue(kind, { user_id: 7, state }, 60);
    expect([readRecoveryToken(other), isRecoveryTokenOf(account, other)]).toEqual([null, false]);
  }
  const token = signRecoveryToken(account);
  expect([verifyAccessToken(token).ok, verifyRefreshToken(token).ok]).toEqual([false, false]);
});
