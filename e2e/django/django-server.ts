import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { freePort } from "#db/embedded/ports.ts";
import { eventually, withDatabase } from "#e2e/harness.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { environmentWith } from "#lib/config.ts";

// A Django site with DRF and simplejwt, as Debian packages them, served by Gunicorn.

const SITE = join(import.meta.dirname, "site");

export type DjangoSettings = {
  /** The one that signs tokens */
  secret: string;
  userModel: "auth.User" | "api.GenericUser";
  /** Whether simplejwt's blacklist is installed */
  hasBlacklist: boolean;
  /** Whether a refresh yields a new refresh token. With the blacklist the old one is then void */
  rotates: boolean;
  /** Seconds */
  accessLifetime: number;
};

/** A user to create; beside these, any field of the model. `tokens`: how many pairs of tokens to give. */
export type Person = {
  username: string;
  password?: string;
  hasher?: "default" | "pbkdf2_sha1" | "argon2" | "bcrypt_sha256" | "bcrypt" | "unusable";
  /** A hash to store as it is */
  encoded?: string;
  tokens?: number;
  [field: string]: unknown;
};
export type Made = { id: number; username: string; encoded: string; tokens: { refresh: string; access: string }[] };

export type Django = {
  origin: string;
  /** Its database */
  url: string;
  settings: DjangoSettings;
  addPeople: (people: Person[]) => Made[];
  /** Runs Python with the site's settings. @returns what it prints */
  python: (source: string) => string;
  stop: () => Promise<void>;
};

const DEFAULTS: DjangoSettings = {
  secret: "a secret of the Django site that is long enough to sign",
  userModel: "auth.User",
  hasBlacklist: true,
  rotates: false,
  accessLifetime: 300,
};

/**
 * Makes a database for the site, and serves the site.
 * @param superuser of the Postgres server, as a URL
 * @param name of the new database, and of its owner
 */
export async function startDjango(superuser: string, name: string, changed: Partial<DjangoSettings> = {}): Promise<Django> {
  const settings = { ...DEFAULTS, ...changed };
  await withDatabase(superuser, async (query) => {
    await query(`create role "${name}" login password '${name}'`);
    await query(`create database "${name}" owner "${name}" encoding 'UTF8' template template0`);
  });
  const url = Object.assign(new URL(superuser), { pathname: `/${name}`, username: name, password: name });
  const environment = environmentOf(url, settings);
  run(environment, ["-m", "django", "migrate", "--run-syncdb", "--verbosity", "0"]);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const server = spawn(
    python(),
    [
      "-m",
      "gunicorn",
      "--bind",
      `127.0.0.1:${port}`,
      "--workers",
      "2",
      "--threads",
      "4",
      "django.core.wsgi:get_wsgi_application()",
    ],
    { cwd: SITE, env: environment, stdio: ["ignore", "ignore", "pipe"] },
  );
  let errors = "";
  server.stderr.on("data", (chunk) => (errors += chunk));
  await eventually(async () => {
    if (server.exitCode !== null) throw new Error(`Django ended with ${server.exitCode}:\n${errors}`);
    return fetch(`${origin}/api/user/profile/`, { headers: { connection: "close" } }).then(
      ({ status }) => status === 401,
      () => false,
    );
  });
  return {
    origin,
    url: url.href,
    settings,
    addPeople: (people) => JSON.parse(run(environment, ["add_people.py"], JSON.stringify(people))),
    python: (source) => run(environment, ["-c", `import django; django.setup()\n${source}`]),
    stop: async () => {
      const ended = once(server, "exit");
      server.kill("SIGTERM");
      await ended;
    },
  };
}

function environmentOf({ hostname, port, pathname, username, password }: URL, settings: DjangoSettings): NodeJS.ProcessEnv {
  const onOrOff = (isOn: boolean) => (isOn ? "on" : "off");
  return environmentWith({
    DJANGO_SETTINGS_MODULE: "settings",
    PYTHONPATH: SITE,
    PYTHONDONTWRITEBYTECODE: "1",
    DJANGO_SECRET_KEY: settings.secret,
    DJANGO_USER_MODEL: settings.userModel,
    DJANGO_BLACKLIST: onOrOff(settings.hasBlacklist),
    DJANGO_ROTATE: onOrOff(settings.rotates),
    DJANGO_ACCESS_SECONDS: String(settings.accessLifetime),
    DJANGO_DATABASE_HOST: hostname,
    DJANGO_DATABASE_PORT: port,
    DJANGO_DATABASE_NAME: decodeURIComponent(pathname.slice(1)),
    DJANGO_DATABASE_USER: decodeURIComponent(username),
    DJANGO_DATABASE_PASSWORD: decodeURIComponent(password),
  });
}

function python(): string {
  const found = djangoPython();
  if (found === undefined) throw new Error("there is no Python with Django: run npm run setup:tests");
  return found;
}

function run(env: NodeJS.ProcessEnv, args: string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync(python(), args, { cwd: SITE, env, input, encoding: "utf8" });
  if (status !== 0) throw new Error(`python3 ${args.join(" ")} ended with ${status}:\n${stderr}`);
  return stdout;
}
