import { createHmac } from "node:crypto";

// The code of an authenticator app, by RFC 6238 alone: the application's library is not asked what it would accept.

const STEP_MS = 30_000;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code of 6 digits that an app shows. @param secret in Base32, as the app is given it @param at the moment, by default now */
export function codeAt(secret: string, at: Date = new Date()): string {
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / STEP_MS)));
  const digest = createHmac("sha1", fromBase32(secret)).update(step).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  const number = digest.readUInt32BE(offset) & 0x7f_ff_ff_ff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** The code of so many steps of 30 seconds from now: 1 for the next one, -1 for the one before. */
export function codeIn(secret: string, steps: number): string {
  return codeAt(secret, new Date(Date.now() + steps * STEP_MS));
}

/** A code that is none of this secret's now, or soon. */
export function wrongCode(secret: string): string {
  const near = [-3, -2, -1, 0, 1, 2, 3].map((steps) => codeIn(secret, steps));
  const wrong = ["000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777"];
  return wrong.find((code) => !near.includes(code)) ?? "";
}

/** The bytes that Base32 (RFC 4648 §6) stands for. */
export function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
