import { scryptSync, timingSafeEqual } from "node:crypto";
import type { Format } from "./format.ts";

const HASH_BYTES = 64;
const MOST_MEMORY_BYTES = 256 * 2 ** 20;
/** About two seconds. Django's own is 16384 · 8 · 5. */
const MOST_BLOCKS = 2 ** 22;

const ENCODED = /^(\d{1,7})\$([^$]+)\$(\d{1,4})\$(\d{1,4})\$([A-Za-z\d+/]{86}==)$/;

/** `scrypt$N$SALT$r$p$HASH` (RFC 7914), of Django 4.0 and later. Its costs are `N$r$p`. */
export const scrypt: Format = {
  costsOf: (rest) => {
    const [, n = "", , r = "", p = ""] = ENCODED.exec(rest) ?? [];
    return isBearable(Number(n), Number(r), Number(p)) ? [n, r, p].map(Number).join("$") : null;
  },
  matches: (password, rest) => {
    const [, n, salt = "", r, p, hash = ""] = ENCODED.exec(rest) ?? [];
    const actual = derive(password, salt, Number(n), Number(r), Number(p));
    return timingSafeEqual(Buffer.from(hash), Buffer.from(actual.toString("base64")));
  },
  // `p` times the same, one after another.
  workOf: (costs) => {
    const [n = 0, r = 0, p = 0] = costs.split("$").map(Number);
    const spend = (password: string, amount: number) => void derive(password, "a salt of 22 letters", n, r, amount);
    return { kind: `scrypt$${n}$${r}`, amount: p, spend };
  },
};

function isBearable(n: number, r: number, p: number): boolean {
  return (
    n > 1 && Number.isInteger(Math.log2(n)) && r > 0 && p > 0 && 128 * n * r <= MOST_MEMORY_BYTES && n * r * p <= MOST_BLOCKS
  );
}

function derive(password: string, salt: string, N: number, r: number, p: number): Buffer {
  return scryptSync(password, salt, HASH_BYTES, { N, r, p, maxmem: 2 * MOST_MEMORY_BYTES });
}
