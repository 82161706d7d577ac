import { pbkdf2Sync, timingSafeEqual } from "node:crypto";
import type { Format } from "./format.ts";

/** About three seconds. Django's own number was 1,200,000 in its version 6.0, and grows by a fifth with each release. */
const MOST_ITERATIONS = 5_000_000;

const ENCODED = /^([1-9]\d{0,6})\$([^$]+)\$([A-Za-z\d+/]+={0,2})$/;

/** `pbkdf2_sha256$ITERATIONS$SALT$HASH` (RFC 8018). @param bytes the length of its hash, in bytes */
export function pbkdf2(digest: "sha256" | "sha1", bytes: number): Format {
  const derive = (password: string, salt: string, iterations: number) => pbkdf2Sync(password, salt, iterations, bytes, digest);
  const hashLength = Math.ceil(bytes / 3) * 4;
  return {
    costsOf: (rest) => {
      const [, iterations = "", , hash = ""] = ENCODED.exec(rest) ?? [];
      return Number(iterations) <= MOST_ITERATIONS && hash.length === hashLength ? iterations : null;
    },
    matches: (password, rest) => {
      const [, iterations, salt = "", hash = ""] = ENCODED.exec(rest) ?? [];
      return timingSafeEqual(Buffer.from(hash), Buffer.from(derive(password, salt, Number(iterations)).toString("base64")));
    },
    workOf: (costs) => ({
      kind: `pbkdf2_${digest}`,
      amount: Number(costs),
      spend: (password, amount) => void derive(password, "a salt of 22 letters", amount),
    }),
  };
}
