import { createHash } from "node:crypto";
import { config } from "#lib/config.ts";
import { record } from "#lib/observe/events.ts";
import { metrics } from "#lib/observe/metrics.ts";
import { perProcess } from "#lib/per-process.ts";
import { readRange } from "./read-range.ts";
import { type Ranges, rememberRange } from "./remember-range.ts";

/** While look-ups fail, they are logged once in so many ms. */
const LOGGED_EVERY_MS = 600_000;

const ranges = perProcess("breached-ranges", (): Ranges => new Map());
const failures = perProcess("failed-look-ups", () => ({ loggedAt: Number.NEGATIVE_INFINITY }));

/**
 * Whether a password is known from a data breach, as far as `BREACHED_PASSWORDS` can tell within a second: if it can't, the
 * password passes. Only five of the 40 hex digits of its hash are sent.
 * @param password as it was received, which is how it is stored. Lists of breached passwords do not normalise them either
 */
export async function isBreached(password: string): Promise<boolean> {
  const source = config().BREACHED_PASSWORDS;
  if (source === undefined) return false;
  // The hash by which breached passwords are listed. It protects nothing here.
  const hash = createHash("sha1").update(password).digest("hex").toUpperCase();
  const prefix = hash.slice(0, 5);
  try {
    const range = await rememberRange(ranges.get(), prefix, performance.now(), () => readRange(source, prefix));
    const isListed = range.has(hash.slice(5));
    metrics().passwordLookUps.inc({ outcome: isListed ? "listed" : "unlisted" });
    return isListed;
  } catch (error) {
    recordFailure(error);
    return false;
  }
}

// The message of an error may hold the range's name: only the code is logged.
function recordFailure(error: unknown): void {
  const { code = "UNKNOWN" } = error as { code?: string };
  const now = performance.now();
  const isRepeated = now - failures.get().loggedAt < LOGGED_EVERY_MS;
  if (!isRepeated) failures.set({ loggedAt: now });
  record("password_not_looked_up", { code }, { isRepeated });
}
