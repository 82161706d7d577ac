import { timingSafeEqual } from "node:crypto";
import type { Format } from "./format.ts";

/** By their numbers in RFC 9106. */
const ALGORITHMS = ["argon2d", "argon2i", "argon2id"];
const MOST_MEMORY_KIB = 256 * 1_024;
/** About two seconds. Django's own is 102400 · 2. */
const MOST_PASSES_KIB = 2 * 1_024 * 1_024;

const COSTS = /^(argon2id|argon2i|argon2d)\$(?:v=(16|19)\$)?m=(\d{1,6}),t=(\d{1,4}),p=(\d{1,3})$/;
/** A salt of at least 8 bytes and a hash of 16 to 64, in base64 without padding. */
const SALT_AND_HASH = /^(.+)\$([A-Za-z\d+/]{11,86})\$([A-Za-z\d+/]{22,86})$/;
const SALT = Buffer.from("a salt of 22 letters");

/** `argon2$argon2id$v=19$m=MEMORY,t=PASSES,p=LANES$SALT$HASH` (RFC 9106). Without `v`, it is version 16. */
export const argon2: Format = {
  costsOf: (rest) => {
    const [, costs = "", salt = "", hash = ""] = SALT_AND_HASH.exec(rest) ?? [];
    return isBearable(costs) && isCanonical(salt) && isCanonical(hash) ? costs : null;
  },
  matches: async (password, rest) => {
    const [, costs = "", salt = "", hash = ""] = SALT_AND_HASH.exec(rest) ?? [];
    const expected = Buffer.from(hash, "base64");
    return timingSafeEqual(expected, await derive(password, Buffer.from(salt, "base64"), costs, expected.length));
  },
  // Each set of costs is a kind of its own: their times do not add up exactly.
  workOf: (costs) => ({
    kind: costs,
    amount: 1,
    spend: async (password, amount) => {
      for (let count = 0; count < amount; count += 1) await derive(password, SALT, costs, 32);
    },
  }),
};

function isBearable(costs: string): boolean {
  const [, algorithm, , memory, passes, lanes] = COSTS.exec(costs) ?? [];
  const [m, t, p] = [Number(memory), Number(passes), Number(lanes)];
  return algorithm !== undefined && t > 0 && p > 0 && p < 256 && m >= 8 * p && m <= MOST_MEMORY_KIB && m * t <= MOST_PASSES_KIB;
}

function isCanonical(base64: string): boolean {
  return Buffer.from(base64, "base64").toString("base64").replaceAll("=", "") === base64;
}

async function derive(password: string, salt: Buffer, costs: string, outputLen: number): Promise<Buffer> {
  // Loaded with the first hash that needs it: it is native code, which some platforms lack, and most sites have no such hash.
  const { hashRawSync } = await import("@node-rs/argon2");
  const [, algorithm = "", version = "16", memory, passes, lanes] = COSTS.exec(costs) ?? [];
  return hashRawSync(password, {
    salt,
    outputLen,
    algorithm: ALGORITHMS.indexOf(algorithm),
    version: version === "19" ? 1 : 0,
    memoryCost: Number(memory),
    timeCost: Number(passes),
    parallelism: Number(lanes),
  });
}
