import { createHash } from "node:crypto";
import { compareSync } from "bcryptjs";
import type { Format } from "./format.ts";

const LEAST_COST = 4;
/** As for our own hashes: some seconds. */
const MOST_COST = 16;

const ENCODED = /^\$2[aby]\$(\d\d)\$[./A-Za-z\d]{53}$/;

/** `bcrypt_sha256$$2b$12$…`: bcrypt over the hex SHA-256, so that nothing is cut off at bcrypt's 72 bytes. */
export const bcryptSha256 = bcrypt(sha256);

/**
 * `bcrypt$$2b$12$…`: bcrypt over the password itself. It sees 72 bytes, so that longer passwords which begin alike are equal, as
 * they were in Django. The longest character has four bytes in UTF-8, and two units here: 73 of them hold all 72 bytes.
 */
export const plainBcrypt = bcrypt((password) => password.slice(0, 73));

/** What is compared in the place of a password that may be longer than 72 bytes. */
export function sha256(password: string): string {
  return createHash("sha256").update(password, "utf8").digest("hex");
}

function bcrypt(prepare: (password: string) => string): Format {
  return {
    costsOf: (rest) => {
      const [, cost] = ENCODED.exec(rest) ?? [];
      return Number(cost) >= LEAST_COST && Number(cost) <= MOST_COST ? String(Number(cost)) : null;
    },
    matches: (password, rest) => compareSync(prepare(password), rest),
    workOf: (costs) => ({ kind: "bcrypt", amount: 2 ** Number(costs), spend }),
  };
}

// A cost of 12 are 2^12 rounds: what is missing from 10 to 12 is one comparison of 10 and one of 11.
function spend(password: string, amount: number): void {
  for (let cost = LEAST_COST; 2 ** cost <= amount; cost += 1) {
    if (amount & (1 << cost)) compareSync(sha256(password), `$2b$${String(cost).padStart(2, "0")}$${"A".repeat(53)}`);
  }
}
