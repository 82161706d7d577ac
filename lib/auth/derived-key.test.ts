import { createHmac } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";

const OLD = "an-old-secret-0123456789-abcdefghij-0123";
const NEW = "a-new-secret-0123456789-abcdefghij-01234";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** As a process with these secrets derives them. */
async function keysFor(secrets: string, purpose: string): Promise<string[]> {
  vi.resetModules();
  vi.stubGlobal("movieconnectConfig", undefined);
  vi.stubEnv("AUTH_SECRET", secrets);
  vi.stubEnv("DATABASE_URL", "postgres://localhost/none");
  const { derivedKeys } = await import("./derived-key.ts");
  expect(derivedKeys(purpose)).toBe(derivedKeys(purpose));
  return derivedKeys(purpose).map((key) => key.toString("hex"));
}

test("a derived key is HKDF-SHA256's, by RFC 5869", async () => {
  // §2.2 and §2.3, with the salt that stands for none, and one block.
  const pseudorandomKey = createHmac("sha256", Buffer.alloc(32)).update(NEW).digest();
  const expected = createHmac("sha256", pseudorandomKey).update("movieconnect/links\u0001").digest("hex");
  expect(await keysFor(NEW, "links")).toEqual([expected]);
});

test("two purposes have different keys, and neither is the secret", async () => {
  const [links = ""] = await keysFor(NEW, "links");
  const [columns = ""] = await keysFor(NEW, "columns");
  expect(new Set([links, columns, Buffer.from(NEW).toString("hex")]).size).toBe(3);
});

test("while a secret is replaced the new one's key comes first, and the old one's key still verifies", async () => {
  const [old] = await keysFor(OLD, "links");
  const [current] = await keysFor(NEW, "links");
  expect(await keysFor(`${NEW},${OLD}`, "links")).toEqual([current, old]);
});
