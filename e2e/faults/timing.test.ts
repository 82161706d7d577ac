import { Agent } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshName, send, signUp } from "#e2e/client.ts";
import { startPostgres, startServer, type TestPostgres, type TestServer, withDatabase } from "#e2e/harness.ts";
import { formatOf } from "#lib/passwords/formats.ts";
import { byChance, distinguishability, shuffled, type Timing } from "./distinguishability.ts";

// Whether a stranger could learn from response times alone that somebody has an account, or how its password is hashed.

/** In standard deviations. Chance alone fails one of the comparisons in about 500 runs. */
const BOUND = 4;

/** Imported hashes, which refuse every password that a person could type. */
const ENCODINGS = {
  unusable: "!kNZ3mXn0",
  pbkdf2_sha256: `pbkdf2_sha256$10000$seasalt$${"A".repeat(43)}=`,
  pbkdf2_sha1: `pbkdf2_sha1$30000$seasalt$${"A".repeat(27)}=`,
  argon2: `argon2$argon2id$v=19$m=4096,t=1,p=8$c2FsdHNhbHQ$${"A".repeat(22)}`,
  scrypt: `scrypt$2048$seasalt$8$1$${"A".repeat(86)}==`,
  bcrypt: `bcrypt$$2b$08$${"A".repeat(53)}`,
  bcrypt_sha256: `bcrypt_sha256$$2b$10$${"A".repeat(53)}`,
};
const IMPORTED = "update passwords set is_from_django = true, encoded = $2 where user_id = $1";
/** How each account gets what makes it special. */
const ACCOUNTS: [kind: string, statement: string, ...values: string[]][] = [
  ["ours", "select $1::int"],
  ["disabled", "update users set is_active = false where id = $1"],
  ["without a password", "delete from passwords where user_id = $1"],
  ...Object.entries(ENCODINGS).map(([kind, encoded]): [string, string, string] => [kind, IMPORTED, encoded]),
];
const KINDS = ACCOUNTS.map(([kind]) => kind);

let postgres: TestPostgres;
let server: TestServer;
const names = new Map<string, string>();
beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ DATABASE_URL: postgres.url, LOG_LEVEL: "warn", WEB_CONCURRENCY: "1" });
  await withDatabase(postgres.url, async (query) => {
    for (const [kind, statement, ...values] of ACCOUNTS) {
      const { id, username } = await signUp(server.origin);
      names.set(kind, username);
      await query(statement, [id, ...values]);
    }
    await query("insert into password_formats select unnest($1::text[])", [Object.values(ENCODINGS).map(formatOf)]);
  });
  await measure({ guesses: rounds(1, KINDS), password: "wrong-password" });
});
afterAll(async () => {
  await server.stop();
  await postgres.stop();
});

test("the time of a refused login tells neither whether the account exists nor how its password is hashed", async () => {
  const short = await measure({ guesses: rounds(11, KINDS), password: "wrong-password" });
  const long = await measure({ guesses: rounds(11, KINDS), password: "x".repeat(15_000) });
  expect(telling([...short, ...long])).toEqual([]);
}, 300_000);

test("the time of four guesses at once tells neither", async () => {
  expect(telling(await measure({ guesses: rounds(7, KINDS), password: "wrong-password", atOnce: 4 }))).toEqual([]);
}, 300_000);

test("the time that a password with white space around it takes tells neither", async () => {
  const kinds = ["ours", "bcrypt_sha256", "pbkdf2_sha1"];
  expect(telling(await measure({ guesses: rounds(14, kinds), password: " wrong-password " }))).toEqual([]);
}, 300_000);

/** A guess at the account of a kind; null: at a name that no account has. */
type Guessed = string | null;
type Sample = { kind: Guessed; milliseconds: number };
type Guesses = { guesses: Guessed[]; password: string; atOnce?: number };

/** In each round one guess at each kind, and as many at names that no account has. */
function rounds(count: number, kinds: string[]): Guessed[] {
  return Array.from({ length: count }, () => shuffled([...kinds, ...kinds.map(() => null)])).flat();
}

/** A single guess is made while another one is, so that both of the hashing threads are measured. */
async function measure({ guesses, password, atOnce = 1 }: Guesses): Promise<Sample[]> {
  const waiting = [...guesses];
  const samples: Sample[] = [];
  const guess = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
    for (let kind = waiting.pop(); kind !== undefined; kind = waiting.pop()) {
      const json = { username: kind === null ? freshName() : names.get(kind), password };
      const startedAt = performance.now();
      const answers = await Promise.all(
        Array.from({ length: atOnce }, () => send(server.origin, "POST", "/api/token/", { json, agent })),
      );
      const milliseconds = performance.now() - startedAt;
      // A guess that a busy machine did not answer in time is made again, and does not count.
      if (answers.some(({ status }) => status === 503)) waiting.push(kind);
      else samples.push({ kind, milliseconds });
      for (const { status } of answers) expect([401, 503]).toContain(status);
    }
    agent.destroy();
  };
  await Promise.all(atOnce === 1 ? [guess(), guess()] : [guess()]);
  return samples;
}

/** The kinds whose times differ from those of unknown names, and all of them together. */
function telling(samples: Sample[]): [kind: string, deviations: number][] {
  const kinds = [...new Set(samples.map(({ kind }) => kind))].filter((kind) => kind !== null);
  const compared: [string, string[]][] = [["any account", kinds], ...kinds.map((kind): [string, string[]] => [kind, [kind]])];
  return compared.map(([kind, of]): [string, number] => [kind, deviations(samples, of)]).filter(([, by]) => by > BOUND);
}

function deviations(samples: Sample[], kinds: string[]): number {
  const timings = samples
    .filter(({ kind }) => kind === null || kinds.includes(kind))
    .map(({ kind, milliseconds }): Timing => ({ isKnown: kind !== null, milliseconds }));
  return Math.abs(distinguishability(timings) - 0.5) / byChance(timings);
}
