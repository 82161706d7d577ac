import { randomBytes } from "node:crypto";
import { z } from "zod";
import { perProcess } from "#lib/per-process.ts";
import { assertProviderSettings, type ProviderSettings } from "#lib/settings/providers.ts";
import { rangeSource } from "#lib/settings/range-source.ts";
import { readEnvironment } from "#lib/settings/read-environment.ts";
import {
  attempts,
  claimName,
  credential,
  databaseUrl,
  integer,
  issuer,
  lastDay,
  providerName,
  providerUrl,
  smtpUrl,
  toBlockList,
  toListenAddress,
  toMailbox,
  toSecrets,
} from "#lib/settings/setting-types.ts";

/** The application's environment. Lifetimes are in seconds. @internal for its test */
export const environment = z.object({
  /** Where Postgres is. `npm start` sets it when it runs the embedded Postgres. */
  DATABASE_URL: databaseUrl,
  /** Connections to Postgres that one worker may hold. */
  DATABASE_POOL_SIZE: integer(1, 500).prefault("10"),
  /** One secret, or several separated by commas: the first signs, all verify. */
  AUTH_SECRET: z.string({ error: "is required" }).transform(toSecrets),
  /** The origin that browsers see. Unset, it is http and the request's `Host`. */
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must be an origin: https://example.com" })
    .transform((url) => new URL(url))
    .refine(
      (url) => url.pathname === "/" && !url.search && !url.hash && !url.username && !url.password,
      "must be an origin: https://example.com",
    )
    .optional(),
  /** The credentials of this application at other providers, which people can sign in with. lib/settings/providers.ts */
  AUTH_GOOGLE_ID: credential.optional(),
  AUTH_GOOGLE_SECRET: credential.optional(),
  AUTH_GITHUB_ID: credential.optional(),
  AUTH_GITHUB_SECRET: credential.optional(),
  /** A GitHub Enterprise Server. Unset, it is github.com. */
  AUTH_GITHUB_URL: providerUrl.optional(),
  /** Any provider that speaks OpenID Connect, and its name on the button. */
  AUTH_OIDC_ISSUER: issuer.optional(),
  AUTH_OIDC_ID: credential.optional(),
  AUTH_OIDC_SECRET: credential.optional(),
  AUTH_OIDC_NAME: providerName.optional(),
  ACCESS_TOKEN_LIFETIME: integer(1, 86_400).prefault("300"),
  REFRESH_TOKEN_LIFETIME: integer(1, 2_592_000).prefault("86400"),
  SESSION_LIFETIME: integer(1, 2_592_000).prefault("2592000"),
  REFRESH_GRACE: integer(0, 60).prefault("10"),
  REVOCATION_POLL_MS: integer(50, 60_000).prefault("1000"),
  /** About how often a worker deletes expired rows. */
  PRUNE_INTERVAL_SECONDS: integer(1, 86_400).prefault("300"),
  /** How long a login, or another proof, allows what needs a fresh one. */
  REAUTHENTICATION_SECONDS: integer(1, 86_400).prefault("600"),
  /** How long the link of a mail that recovers an account is good. */
  RECOVERY_LIFETIME: integer(1, 86_400).prefault("3600"),
  /** "required": nobody logs in before the address is verified. */
  EMAIL_VERIFICATION: z.enum(["optional", "required"]).default("optional"),
  /** The mail server. Unset, no mail is sent. */
  SMTP_URL: smtpUrl.optional(),
  /** The sender of all mails: an address, or a name and an address. */
  MAIL_FROM: z.string().transform(toMailbox).optional(),
  /** Shows mails at /dev/mail, to this machine, instead of sending them. `npm start` may switch it on (start-everything.ts). */
  MAIL_PAGE: z.enum(["on", "off"]).default("off"),
  PASSWORD_MIN_LENGTH: integer(1, 128).prefault("8"),
  /** Where new passwords are looked up among breached ones. Unset, they are compared with the common ones alone. */
  BREACHED_PASSWORDS: rangeSource.optional(),
  MINIMUM_AGE: integer(0, 130).prefault("13"),
  BCRYPT_COST: integer(10, 16).prefault("12"),
  /** Whether a login replaces an imported hash by one of ours. Others are always replaced where they are outdated. */
  REHASH: z.enum(["on", "off"]).default("off"),
  /** Until the end of this day (UTC) the tokens and the forms of simplejwt's clients are accepted. Unset, they are not. */
  LEGACY_SIMPLEJWT: lastDay.optional(),
  /** The claim in which simplejwt's tokens have the user's id: its USER_ID_CLAIM. */
  LEGACY_SIMPLEJWT_USER_CLAIM: claimName.default("user_id"),
  /** "on": an answer to a credential in a request's body has the access token in its own body, too. */
  ACCESS_TOKEN_IN_BODY: z.enum(["on", "off"]).default("off"),
  /** Workers on one machine. Unset, one per core. */
  WEB_CONCURRENCY: integer(1, 256).optional(),
  /** Threads in one worker that hash passwords. */
  HASH_THREADS: integer(1, 64).prefault("2"),
  /** "off" is for tests and benches. */
  RATE_LIMITS: z.enum(["on", "off"]).default("on"),
  RATE_LIMIT_LOGIN_ADDRESS: attempts("100/900"),
  RATE_LIMIT_LOGIN_ACCOUNT_ADDRESS: attempts("10/900"),
  RATE_LIMIT_LOGIN_ACCOUNT: attempts("100/86400"),
  RATE_LIMIT_SIGNUP: attempts("60/3600"),
  RATE_LIMIT_REFRESH: attempts("1200/300"),
  RATE_LIMIT_ACCOUNT: attempts("600/300"),
  RATE_LIMIT_RECOVERY: attempts("60/3600"),
  RATE_LIMIT_MAIL_LINK: attempts("120/3600"),
  RATE_LIMIT_PROVIDER: attempts("120/900"),
  RATE_LIMIT_PASSKEY: attempts("300/900"),
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
  /** Where traces go, by OTLP over HTTP. Unset, nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: "must be a URL: http://collector:4318" }).optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

/** The settings of the command that starts the workers and nothing else. */
const service = environment.extend({
  PORT: integer(0, 65_535).prefault("8000"),
  /** The address on which the primary serves the metrics of all workers. Unset, there are none. */
  METRICS_ADDRESS: z.string().transform(toListenAddress).optional(),
  /** The proxies that are trusted to name the client's address: addresses and subnets, separated by commas. */
  TRUSTED_PROXIES: z.string().default("").transform(toBlockList),
  /** How long a stopping worker goes on accepting requests, while its readiness is already false. */
  SHUTDOWN_DELAY_MS: integer(0, 8_000).prefault("500"),
  /** "off" sends the API's requests through Next's router, as development does. */
  API_LANE: z.enum(["on", "off"]).default("on"),
});

/** The settings of `npm start`, which makes a database and a secret where none is given. @internal for its test */
export const launch = service.partial({ DATABASE_URL: true, AUTH_SECRET: true }).extend({
  /** Where the embedded Postgres and the secret are kept. */
  DATA_DIR: z.string().default(".data"),
  MAIL_PAGE: z.enum(["on", "off"]).optional(),
});

/** The settings of the command that migrates. @internal for its test */
export const migration = z.object({ DATABASE_URL: databaseUrl, APP_DATABASE_URL: databaseUrl.optional() });

export type Config = z.output<typeof environment>;
export type LaunchConfig = z.output<typeof launch>;

// One reading for all bundles: each would otherwise read a secret's file again, at its own time.
const settings = perProcess("config", () => readEnvironment(environment, process.env));

/**
 * The application's settings, read once per process. They are read on first use, because `next build` imports every route
 * without an environment.
 * @throws {Error} one line that names each bad variable and says what it must be
 */
export function config(): Config {
  return settings.get();
}

/**
 * How long an exchanged refresh token yields its successors, in seconds: `REFRESH_GRACE`, but at most half an access token's
 * lifetime. A younger token is answered with its own access token, which must not have expired by then.
 */
export function refreshGraceSeconds(): number {
  return Math.min(config().REFRESH_GRACE, config().ACCESS_TOKEN_LIFETIME / 2);
}

/** How long a session lives without a refresh, in seconds: as long as either of its tokens. */
export function idleSeconds(): number {
  return Math.max(config().REFRESH_TOKEN_LIFETIME, config().ACCESS_TOKEN_LIFETIME);
}

/** The settings of `npm start`. @throws {Error} as `config` does */
export function launchConfig(): LaunchConfig {
  return withProviders(readEnvironment(launch, process.env));
}

/** The settings of the command that starts the workers and nothing else. @throws {Error} as `config` does */
export function serviceConfig(): z.output<typeof service> {
  return withProviders(readEnvironment(service, process.env));
}

// What one schema can't say: which variables belong together, and which must not be set.
function withProviders<Settings extends ProviderSettings>(settings: Settings): Settings {
  assertProviderSettings(settings, process.env);
  return settings;
}

/**
 * Presets `config` for a command that works on this database, signs no token and writes no log.
 * @param AUTH_SECRET for a command that needs the application's. With a random one, a token that was signed by mistake is
 *   accepted nowhere
 * @throws {Error} as `config` does
 */
export function presetConfig(databaseUrl: string, AUTH_SECRET = randomBytes(32).toString("base64url")): void {
  const variables = environmentWith({ DATABASE_URL: databaseUrl, AUTH_SECRET, LOG_LEVEL: "silent" });
  settings.set(readEnvironment(environment, variables));
}

/** The settings of the command that migrates: the owner's URL, and the application's if that is another role. */
export function migrationConfig() {
  return readEnvironment(migration, process.env);
}

/** Whether npm started this process, as one of package.json's scripts. */
export function isNpmScript(): boolean {
  return process.env.npm_lifecycle_event !== undefined;
}

/** The environment for a child process: this one's, with some variables set, and their `_FILE` variables cleared. */
export function environmentWith(variables: Record<string, string>): NodeJS.ProcessEnv {
  const files = Object.keys(variables).map((name) => [`${name}_FILE`, ""]);
  return { ...process.env, ...Object.fromEntries(files), ...variables };
}
