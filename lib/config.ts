import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { parseDatabaseUrl } from "#lib/settings/database-url.ts";
import { attempts, integer, toBlockList, toListenAddress, toSecrets } from "#lib/settings/setting-types.ts";

/** What may also be read from a file: `AUTH_SECRET_FILE` names the one that holds `AUTH_SECRET`. */
const FROM_FILES = ["DATABASE_URL", "APP_DATABASE_URL", "AUTH_SECRET"];

const databaseUrl = z
  .string({ error: "must be a URL: postgres://user:password@host:5432/database" })
  .superRefine((text, context) => {
    try {
      parseDatabaseUrl(text);
    } catch (error) {
      context.addIssue((error as Error).message);
    }
  });

/**
 * The environment, parsed. Lifetimes are in seconds.
 * An empty variable counts as unset, so that `PORT= npm start` is not an error. @internal for its test
 */
export const environment = z.object({
  /** Where Postgres is. `npm start` fills it in when it runs the embedded one. */
  DATABASE_URL: databaseUrl,
  /** Connections to Postgres that one worker may hold. */
  DATABASE_POOL_SIZE: integer(1, 500).prefault("10"),
  /** One secret, or several with commas between: the first signs, all verify. */
  AUTH_SECRET: z.string({ error: "is required" }).transform(toSecrets),
  /** The origin that browsers see. Unset, it is whatever `Host` the request names, over http. */
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must be an origin: https://example.com" })
    .transform((url) => new URL(url))
    .refine(
      (url) => url.pathname === "/" && !url.search && !url.hash && !url.username && !url.password,
      "must be an origin: https://example.com",
    )
    .optional(),
  ACCESS_TOKEN_LIFETIME: integer(1, 86_400).prefault("300"),
  REFRESH_TOKEN_LIFETIME: integer(1, 2_592_000).prefault("86400"),
  SESSION_LIFETIME: integer(1, 2_592_000).prefault("2592000"),
  REFRESH_GRACE: integer(0, 60).prefault("10"),
  REVOCATION_POLL_MS: integer(50, 60_000).prefault("1000"),
  /** How often a worker deletes what no longer matters, more or less. */
  PRUNE_INTERVAL_SECONDS: integer(1, 86_400).prefault("300"),
  PASSWORD_MIN_LENGTH: integer(1, 128).prefault("8"),
  MINIMUM_AGE: integer(0, 130).prefault("13"),
  BCRYPT_COST: integer(10, 16).prefault("12"),
  /** Workers of one machine. Unset, as many as it has cores. */
  WEB_CONCURRENCY: integer(1, 256).optional(),
  /** Threads of one worker that hash passwords. */
  HASH_THREADS: integer(1, 64).prefault("2"),
  /** "off" is for tests and benches. */
  RATE_LIMITS: z.enum(["on", "off"]).default("on"),
  RATE_LIMIT_LOGIN_ADDRESS: attempts("100/900"),
  RATE_LIMIT_LOGIN_ACCOUNT_ADDRESS: attempts("10/900"),
  RATE_LIMIT_LOGIN_ACCOUNT: attempts("100/86400"),
  RATE_LIMIT_SIGNUP: attempts("60/3600"),
  RATE_LIMIT_REFRESH: attempts("1200/300"),
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
  /** Where traces go, by OTLP over HTTP. Unset, there are none. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: "must be a URL: http://collector:4318" }).optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

/** What the command reads that starts the workers and nothing else. */
const service = environment.extend({
  PORT: integer(0, 65_535).prefault("8000"),
  /** Where the metrics of all workers are answered, apart from everything else. Unset, they are answered nowhere. */
  METRICS_ADDRESS: z.string().transform(toListenAddress).optional(),
  /** Whose word for the client's address counts: addresses and subnets, with commas between. */
  TRUSTED_PROXIES: z.string().default("").transform(toBlockList),
  /** How long a worker that was told to stop still takes requests, while its readiness says no. */
  SHUTDOWN_DELAY_MS: integer(0, 8_000).prefault("500"),
});

/** What `npm start` reads: it makes a database and a secret where none is given. @internal for its test */
export const launch = service.partial({ DATABASE_URL: true, AUTH_SECRET: true }).extend({
  /** Where the embedded Postgres and the secret are kept. */
  DATA_DIR: z.string().default(".data"),
});

/** @internal for its test */
export const migration = z.object({ DATABASE_URL: databaseUrl, APP_DATABASE_URL: databaseUrl.optional() });

export type Config = z.output<typeof environment>;
export type LaunchConfig = z.output<typeof launch>;

// Pages, routes and instrumentation are separate bundles: each by itself would read a secret's file whenever it is first asked.
const shared = globalThis as typeof globalThis & { movieconnectConfig?: Config };

/**
 * The application's settings, one reading for all of the process. Parsed on first use, because `next build` imports every
 * route without an environment.
 * @throws {Error} one line that names each bad variable and says what it must be
 */
export function config(): Config {
  shared.movieconnectConfig ??= parseEnvironment(environment);
  return shared.movieconnectConfig;
}

/**
 * How long an exchanged refresh token yields its successors, in seconds: `REFRESH_GRACE`, and at most half an access
 * token's lifetime, since a token that is younger is answered with its own access token.
 */
export function refreshGraceSeconds(): number {
  return Math.min(config().REFRESH_GRACE, config().ACCESS_TOKEN_LIFETIME / 2);
}

/** As `config`, before there is a database or a secret. @throws {Error} as `config` does */
export function launchConfig(): LaunchConfig {
  return parseEnvironment(launch);
}

/** As `config`, for the command that starts the workers and nothing else. @throws {Error} as `config` does */
export function serviceConfig(): z.output<typeof service> {
  return parseEnvironment(service);
}

/**
 * Settles `config` for a command that works on this database, signs nothing, and whose output is no log.
 * @throws {Error} as `config` does
 */
export function presetConfig(databaseUrl: string): void {
  // Nothing that is signed with it, by mistake, would be accepted.
  const AUTH_SECRET = randomBytes(32).toString("base64url");
  const variables = environmentWith({ DATABASE_URL: databaseUrl, AUTH_SECRET, LOG_LEVEL: "silent" });
  shared.movieconnectConfig = parseEnvironment(environment, variables);
}

/** What the command that migrates reads: the owner's database, and as whom the application connects if not as the owner. */
export function migrationConfig() {
  return parseEnvironment(migration);
}

/** Whether npm started this process, as one of package.json's scripts. */
export function isNpmScript(): boolean {
  return process.env.npm_lifecycle_event !== undefined;
}

/** The environment of the processes that the commands start: this one's, with some variables set, no file in their way. */
export function environmentWith(variables: Record<string, string>): NodeJS.ProcessEnv {
  const files = Object.keys(variables).map((name) => [`${name}_FILE`, ""]);
  return { ...process.env, ...Object.fromEntries(files), ...variables };
}

/**
 * What is set, as the schema wants it.
 * @throws {Error} as `config` does
 */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  variables: Record<string, string | undefined> = process.env,
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const set = { ...given, ...readFiles(given) };
  const result = schema.safeParse(set, { error: whatItMustBe });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  throw new Error(`Bad environment: ${problems.join("; ")}.`);
}

// Where a schema says nothing itself: zod's own words are for programmers.
function whatItMustBe({ code, input, ...issue }: z.core.$ZodRawIssue): string {
  if (input === undefined) return "is required";
  return code === "invalid_value" ? `must be one of: ${(issue.values as unknown[]).join(", ")}` : "can't be that";
}

function readFiles(variables: Record<string, string | undefined>): Record<string, string> {
  const read: Record<string, string> = {};
  for (const name of FROM_FILES) {
    const file = variables[`${name}_FILE`];
    if (file === undefined) continue;
    if (variables[name] !== undefined) throw new Error(`Bad environment: ${name} and ${name}_FILE are both set.`);
    try {
      read[name] = readFileSync(file, "utf8").trim();
    } catch (error) {
      // What is no path may be the secret itself, put into the wrong variable.
      const path = /^[./]/.test(file) ? ` ${file}` : "";
      throw new Error(`Bad environment: ${name}_FILE${path} can't be read (${(error as NodeJS.ErrnoException).code}).`);
    }
  }
  return read;
}
