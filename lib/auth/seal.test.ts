import { createDecipheriv, createHash } from "node:crypto";
import { expect, test } from "vitest";
import { processAt } from "#e2e/process-at.ts";

const [OLD, NEW] = ["old-secret-0123456789-0123456789-old", "new-secret-0123456789-0123456789-new"];
const SECRET = Buffer.from("twenty secret bytes!");

/** The module in a process with these secrets. */
async function sealWith(secrets: string) {
  processAt("2026-01-01T00:00:00Z", { AUTH_SECRET: secrets });
  return import("./seal.ts");
}

test("what was sealed opens for its owner, and for nobody else", async () => {
  const { seal, unseal } = await sealWith(NEW);
  for (const secret of [SECRET, Buffer.alloc(0), Buffer.from([0])])
    expect(unseal("totp", 7, seal("totp", 7, secret))).toEqual(secret);
  const sealed = seal("totp", 7, SECRET);
  for (const owner of [8, 77, 0, -7]) expect(unseal("totp", owner, sealed)).toBeNull();
});

test("a sealed value is AES-256-GCM under the derived key, bound to its owner, and names the key", async () => {
  const { seal, sealingKeyIds } = await sealWith(NEW);
  const sealed = seal("totp", 7, SECRET);
  expect(sealed).toMatch(/^1\.[0-9a-f]{8}(\.[\w-]+){3}$/);
  const [, id, ...parts] = sealed.split(".");
  const [iv, encrypted, tag] = parts.map((part) => Buffer.from(part, "base64url")) as [Buffer, Buffer, Buffer];
  const { derivedKeys } = await import("./derived-key.ts");
  const [key = Buffer.alloc(0)] = derivedKeys("seal/totp/1");
  expect([iv.length, encrypted.length, tag.length, key.length]).toEqual([12, 20, 16, 32]);
  expect([id, sealingKeyIds("totp")]).toEqual([createHash("sha256").update(key).digest("hex").slice(0, 8), [id]]);
  const decipher = createDecipheriv("aes-256-gcm", key, iv ?? "")
    .setAAD(Buffer.from("7"))
    .setAuthTag(tag ?? Buffer.alloc(0));
  expect(Buffer.concat([decipher.update(encrypted), decipher.final()])).toEqual(SECRET);
});

test("the same secret is sealed anew each time, and its bytes are nowhere in the result", async () => {
  const { seal } = await sealWith(NEW);
  const sealed = [1, 2, 3].map(() => seal("totp", 7, SECRET));
  expect(new Set(sealed.map((each) => each.split(".")[3])).size).toBe(3);
  for (const each of sealed)
    for (const form of ["base64url", "hex", "utf8"] as const) expect(each).not.toContain(SECRET.toString(form));
});

test("a sealed value with any byte altered, or any part missing, opens for nobody", async () => {
  const { seal, unseal } = await sealWith(NEW);
  const parts = seal("totp", 7, SECRET).split(".");
  const opens = (changed: string[]) => unseal("totp", 7, changed.join(".")) !== null;
  expect(opens(parts)).toBe(true);
  for (const [index, part] of parts.entries()) {
    if (index < 2) expect(opens(parts.with(index, `${part.slice(0, -1)}x`)), `part ${index}`).toBe(false);
    for (let byte = 0; index >= 2 && byte < Buffer.from(part, "base64url").length; byte += 1) {
      const bytes = Buffer.from(part, "base64url");
      bytes[byte] = (bytes[byte] ?? 0) ^ 1;
      expect(opens(parts.with(index, bytes.toString("base64url"))), `part ${index}, byte ${byte}`).toBe(false);
    }
    expect(opens(parts.toSpliced(index, 1))).toBe(false);
    expect(opens(parts.with(index, ""))).toBe(false);
  }
  // GCM would take a shorter tag for good, which is easier to guess.
  const tag = Buffer.from(parts[4] ?? "", "base64url");
  for (const length of [4, 12, 15]) expect(opens(parts.with(4, tag.subarray(0, length).toString("base64url")))).toBe(false);
  for (const text of ["", ".", "....", "1", "nope"]) expect(unseal("totp", 7, text)).toBeNull();
});

test("while a secret is replaced, the new one seals and both open; once the old one is dropped, what it sealed opens no more", async () => {
  const before = await sealWith(OLD);
  const [oldId, sealedBefore] = [before.sealingKeyIds("totp")[0], before.seal("totp", 7, SECRET)];
  const during = await sealWith(`${NEW},${OLD}`);
  const sealedDuring = during.seal("totp", 7, SECRET);
  expect(during.unseal("totp", 7, sealedBefore)).toEqual(SECRET);
  expect([sealedBefore.split(".")[1], sealedDuring.split(".")[1]]).toEqual([oldId, during.sealingKeyIds("totp")[0]]);
  expect(during.sealingKeyIds("totp")).toEqual([expect.not.stringMatching(oldId ?? ""), oldId]);
  const after = await sealWith(NEW);
  expect(after.unseal("totp", 7, sealedDuring)).toEqual(SECRET);
  expect(after.unseal("totp", 7, sealedBefore)).toBeNull();
});
