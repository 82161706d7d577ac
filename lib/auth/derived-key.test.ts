import { createHmac } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { forget } from "#lib/per-process.ts";
import { derivedKeys } from "./derived-key.ts";

const OLD = "an-old-secret-0123456789-abcdefghij-0123";
const NEW = "a-new-secret-0123456789-abcdefghij-01234";

afterEach(() => {
  vi.unstubAllEnvs();
  forget("config");
});

/** As a process with these secrets derives them. */
function keysFor(secrets: string, purpose: string): string[] {
  forget("config");
  vi.stubEnv("AUTH_SECRET", secrets);
  vi.stubEnv("DATABASE_URL", "postgres://localhost/none");
  return derivedKeys(purpose).map((key) => key.toString("hex"));
}

test("a derived key is HKDF-SHA256's, by RFC 5869", () => {
  // §2.2 and §2.3, with the salt that stands for none, and one block.
  const pseudorandomKey = createHmac("sha256", Buffer.alloc(32)).update(NEW).digest();
  const expected = createHmac("sha256", pseudorandomKey).update("movieconnect/links\u0001").digest("hex");
  expect(keysFor(NEW, "links")).toEqual([expected]);
});

test("two purposes have different keys, and neither is the secret", () => {
  const [links = ""] = keysFor(NEW, "links");
  const [columns = ""] = keysFor(NEW, "columns");
  expect(new Set([links, columns, Buffer.from(NEW).toString("hex")]).size).toBe(3);
});

test("while a secret is replaced the new one's key comes first, and the old one's key still verifies", () => {
  const [old] = keysFor(OLD, "links");
  const [current] = keysFor(NEW, "links");
  expect(keysFor(`${NEW},${OLD}`, "links")).toEqual([current, old]);
});
