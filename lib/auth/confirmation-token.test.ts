import { expect, test } from "vitest";
import type { AddressState } from "#db/email-addresses.ts";
import { processAt } from "#e2e/process-at.ts";

const [OLD, NEW] = ["old-secret-0123456789-0123456789-old", "new-secret-0123456789-0123456789-new"];
const CURRENT: AddressState = {
  email: "ann@example.com",
  is_verified: true,
  is_active: true,
  last_change: 3,
  password_changed_at: "2026-01-01 00:00:00.123456+00",
};

/** The module in a process with these secrets, at a moment. */
async function tokensWith(secrets: string, moment = "2026-01-01T00:00:00Z") {
  processAt(moment, { AUTH_SECRET: secrets });
  return import("./confirmation-token.ts");
}

test("a link says whose address it confirms, and names what asked for a change", async () => {
  const { readConfirmation, signConfirmation, signEmailChange } = await tokensWith(NEW);
  expect(readConfirmation(signConfirmation(7, "Ann@example.com"))).toEqual({ userId: 7, email: "Ann@example.com", change: null });
  const change = readConfirmation(signEmailChange(7, "ann@example.org", "session", CURRENT));
  expect(change).toEqual({ userId: 7, email: "ann@example.org", change: { sessionId: "session", state: expect.any(String) } });
});

test("a change is for the account as it was, and a link to the account's own address is no change", async () => {
  const { isStillFor, readConfirmation, signConfirmation, signEmailChange } = await tokensWith(NEW);
  const change = readConfirmation(signEmailChange(7, "ann@example.org", "session", CURRENT));
  const own = readConfirmation(signConfirmation(7, "ann@example.org"));
  if (!change || !own) throw new Error("both are good");
  expect(isStillFor({ ...CURRENT, is_verified: false }, change)).toBe(true);
  const others: Partial<AddressState>[] = [
    { email: "Ann@example.com" },
    { last_change: 4 },
    { last_change: null },
    { password_changed_at: "2026-01-01 00:00:00.123457+00" },
    { password_changed_at: null },
  ];
  for (const other of others) expect(isStillFor({ ...CURRENT, ...other }, change), JSON.stringify(other)).toBe(false);
  expect(isStillFor(CURRENT, { ...change, userId: 8 })).toBe(false);
  expect(isStillFor(CURRENT, own)).toBe(false);
});

test("a link is good for a day, and not a second longer", async () => {
  const { signConfirmation } = await tokensWith(NEW);
  const token = signConfirmation(7, "ann@example.com");
  expect((await tokensWith(NEW, "2026-01-01T23:59:59Z")).readConfirmation(token)).not.toBeNull();
  expect((await tokensWith(NEW, "2026-01-02T00:00:00Z")).readConfirmation(token)).toBeNull();
});

test("during a key rotation links of both secrets are good; a removed secret opens nothing", async () => {
  const { signEmailChange } = await tokensWith(OLD);
  const token = signEmailChange(7, "ann@example.org", "session", CURRENT);
  const rotating = await tokensWith(`${NEW},${OLD}`);
  const read = rotating.readConfirmation(token);
  expect(read && rotating.isStillFor(CURRENT, read)).toBe(true);
  expect((await tokensWith(NEW)).readConfirmation(token)).toBeNull();
});

test("a link that undoes a change confirms nothing, and the other way round", async () => {
  const { readConfirmation, signConfirmation } = await tokensWith(NEW);
  const { readUndo, signUndo } = await import("./undo-token.ts");
  const undo = { change: 5, email: "ann@example.com" };
  expect(readUndo(signUndo(undo, 60))).toEqual(undo);
  expect(readConfirmation(signUndo(undo, 60))).toBeNull();
  expect(readUndo(signConfirmation(7, "ann@example.com"))).toBeNull();
});
