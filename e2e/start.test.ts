import { execFileSync, spawnSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startEmbedded } from "#db/embedded/embedded.ts";
import { isRoot } from "#db/embedded/owner.ts";
import { environmentWith } from "#lib/config.ts";
import { logIn, newSession, send } from "./client.ts";
import { eventually } from "./harness.ts";
import { isGroupRunning, isRunning, type Launched, launch, postmasterOf, workersOf } from "./launch.ts";

// `npm start`: what it sets up, and what it refuses.

let base = "";
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "movieconnect-"));
});
afterAll(() => rm(base, { recursive: true, force: true }));

const DATABASE_URL = inject("databaseUrl");
const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

const commandOf = (file: string, ...options: string[]) => {
  const tsx = import.meta.resolve("tsx");
  return [process.execPath, ...options, "--import", tsx, join(import.meta.dirname, "..", "bin", file)];
};

async function end({ process, ended }: Launched): Promise<number | null> {
  process.kill("SIGTERM");
  return ended;
}

test("without any setting a start makes the database and the secret, and the next start finds them", async () => {
  const DATA_DIR = join(base, "a directory", "new");
  const unset = { AUTH_SECRET: "", WEB_CONCURRENCY: "", DATA_DIR };
  const first = launch(unset);
  const { user, cookies } = await newSession(await first.origin);
  const secret = await readFile(join(DATA_DIR, "auth-secret"), "utf8");
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(await modeOf(join(DATA_DIR, "auth-secret"))).toBe("600");
  expect(await modeOf(join(DATA_DIR, "database-url"))).toBe("600");
  expect(await modeOf(DATA_DIR)).toBe("700");
  const url = new URL((await readFile(join(DATA_DIR, "database-url"), "utf8")).trim());
  expect(first.output()).toContain(`with ${availableParallelism()} worker`);
  expect(first.output()).toContain(`Database   postgres://mcuser@${url.host}/mcdatabase_dev\n`);
  expect(first.output()).toContain("Stop       Ctrl-C");
  expect(first.output()).not.toContain(url.password);
  expect(await workersOf(first.pid)).toHaveLength(availableParallelism());
  expect(await end(first)).toBe(0);

  const second = launch({ ...unset, WEB_CONCURRENCY: "1" });
  const origin = await second.origin;
  const profile = await send(origin, "GET", "/api/user/profile/", { cookies });
  expect([profile.status, profile.json]).toEqual([200, { username: user.username }]);
  await logIn(origin, user);
  expect(await readFile(join(DATA_DIR, "auth-secret"), "utf8")).toBe(secret);

  expect(await end(second)).toBe(0);
});

test("a data directory may have any name, and the psql command of the banner works with it", async () => {
  const DATA_DIR = join(base, `it's "quoted" $HOME \`x\` back\\slash é`);
  const server = launch({ AUTH_SECRET: "", WEB_CONCURRENCY: "1", DATA_DIR });
  await server.origin;
  const url = (await readFile(join(DATA_DIR, "database-url"), "utf8")).trim();
  const argument = /psql (".*")\n/.exec(server.output())?.[1];
  expect(execFileSync("sh", ["-c", `printf %s ${argument}`], { encoding: "utf8" })).toBe(url);
  expect(await end(server)).toBe(0);
  expect(await postmasterOf(DATA_DIR)).toBeNull();
});

// Only root can become another user.
test.runIf(isRoot)("a start works for a user without a name or a home", async () => {
  const DATA_DIR = join(base, "nameless");
  await chmod(base, 0o755);
  await mkdir(DATA_DIR);
  await chown(DATA_DIR, 12_345, 12_345);
  const code = `
    const { startEmbedded } = await import(${JSON.stringify(join(import.meta.dirname, "..", "db", "embedded", "embedded.ts"))});
    const embedded = await startEmbedded(${JSON.stringify(DATA_DIR)});
    await embedded.stop();
  `;
  const start = [process.execPath, "--import", "tsx", "--input-type=module", "--eval", code];
  const nobody = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "env", "-u", "HOME"];
  const made = launch({}, { command: [...nobody, ...start] });
  expect([await made.ended, made.errors()]).toEqual([0, ""]);
  expect((await stat(join(DATA_DIR, "postgres"))).uid).toBe(12_345);
});

test(".env files are read as Next reads them, and a variable that is set already wins, even if empty", async () => {
  const cwd = await mkdtemp(join(base, "dotenv-"));
  const bad = (...names: string[]) => names.map((name) => `${name}=bad\n`).join("");
  await writeFile(join(cwd, ".env"), bad("MINIMUM_AGE", "REFRESH_GRACE", "BCRYPT_COST", "PORT"));
  await writeFile(join(cwd, ".env.local"), "REFRESH_GRACE=5\n");
  await writeFile(join(cwd, ".env.production"), bad("SESSION_LIFETIME"));
  await writeFile(join(cwd, ".env.development"), bad("HASH_THREADS"));
  const own = { BCRYPT_COST: "10", PORT: "", DATABASE_URL };
  const problem = (name: string) => expect.stringContaining(`${name} must be a whole number`);
  for (const command of ["start.ts", "serve.ts"]) {
    const refused = launch(own, { command: commandOf(command), cwd });
    expect(await refused.ended).toBe(1);
    for (const name of ["MINIMUM_AGE", "SESSION_LIFETIME"]) expect(refused.errors()).toEqual(problem(name));
    for (const name of ["REFRESH_GRACE", "BCRYPT_COST", "PORT", "HASH_THREADS"]) {
      expect(refused.errors()).not.toContain(name);
    }
  }
  const dev = launch(own, { command: [...commandOf("start.ts"), "--dev"], cwd });
  expect(await dev.ended).toBe(1);
  expect(dev.errors()).toEqual(problem("HASH_THREADS"));
  expect(dev.errors()).not.toContain("SESSION_LIFETIME");
});

test("the operators' commands read .env too", async () => {
  const cwd = await mkdtemp(join(base, "dotenv-"));
  await writeFile(join(cwd, ".env"), "DATABASE_URL=nowhere\n");
  for (const command of [commandOf("migrate.ts"), [...commandOf("manage.ts"), "user", "show", "ann"]]) {
    const refused = spawnSync(command[0] ?? "", command.slice(1), { cwd, env: environmentWith({}), encoding: "utf8" });
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("DATABASE_URL must be a URL")]);
  }
});

test("every shell reads npm's scripts in the same way, Windows' too", async () => {
  const { scripts } = JSON.parse(await readFile(join(import.meta.dirname, "..", "package.json"), "utf8"));
  for (const script of Object.values<string>(scripts)) {
    expect(script).toMatch(/^(node|tsc) /);
    expect(script).not.toMatch(/['$`;|]|(^|&& )(exec|[A-Z_]+=)/);
  }
});

test("a stale process id, now another program's, does not prevent a start", async () => {
  const DATA_DIR = join(base, "stale");
  const embedded = await startEmbedded(DATA_DIR);
  await embedded.stop();
  const pidFile = join(DATA_DIR, "postgres", "postmaster.pid");
  await writeFile(pidFile, `${process.pid}\n${join(DATA_DIR, "postgres")}\n1\n5432\n\n127.0.0.1\n\nready\n`, { mode: 0o600 });
  const server = launch({ AUTH_SECRET: "", WEB_CONCURRENCY: "1", DATA_DIR });
  await server.origin;
  expect(await postmasterOf(DATA_DIR)).not.toBe(process.pid);
  expect(await end(server)).toBe(0);
  expect(await postmasterOf(DATA_DIR)).toBeNull();
});

test("two starts of one directory share its database, and the first to stop does not take it from the other", async () => {
  const DATA_DIR = join(base, "shared");
  const both = [1, 2].map(() => launch({ AUTH_SECRET: "", WEB_CONCURRENCY: "1", DATA_DIR }));
  const [first, second] = both as [Launched, Launched];
  const [one, other] = await Promise.all([first.origin, second.origin]);
  const { user, cookies } = await newSession(one);
  expect(await end(first)).toBe(0);
  await logIn(other, user);
  expect((await send(other, "GET", "/api/user/profile/", { cookies })).status).toBe(200);
  const postmaster = (await postmasterOf(DATA_DIR)) ?? 0;
  expect(await isRunning(postmaster)).toBe(true);
  expect(await end(second)).toBe(0);
  expect(await isRunning(postmaster)).toBe(false);
});

const withUrl = (change: (url: URL) => void) => {
  const url = new URL(DATABASE_URL);
  change(url);
  return url.href;
};

test.each<[what: string, variables: Record<string, string>, line: RegExp]>([
  ["a database without a secret", { DATABASE_URL, AUTH_SECRET: "" }, /AUTH_SECRET is required with a DATABASE_URL: make one/],
  [
    "an unreachable database",
    { DATABASE_URL: "postgres://u:hush-hush@127.0.0.1:1/db" },
    /127.0.0.1:1\/db can't be reached \(ECONNREFUSED\): start it, or check DATABASE_URL/,
  ],
  [
    "a refused password",
    { DATABASE_URL: withUrl((url) => (url.password = "hush-hush")) },
    /refuses the user mcuser or the password: check DATABASE_URL/,
  ],
])("%s is refused with one line and status 1, and leaves no process behind", async (_what, variables, line) => {
  const DATA_DIR = join(base, "never");
  const refused = launch({ DATA_DIR, ...variables }, { ownGroup: true });
  expect(await refused.ended).toBe(1);
  expect(refused.errors()).toMatch(/^movieconnect: [^\n]+\n$/);
  expect(refused.errors()).toMatch(line);
  expect(refused.errors() + refused.output()).not.toContain("hush-hush");
  expect(refused.output()).toBe("");
  // The system may take a while to reap what the start has started.
  await eventually(async () => !(await isGroupRunning(refused.pid)));
  await expect(stat(DATA_DIR)).rejects.toThrow("ENOENT");
});

test("bad variables are refused with one line that names each of them", async () => {
  const refused = launch({
    DATABASE_URL: "localhost:5432",
    AUTH_SECRET: "short",
    PUBLIC_URL: "https://example.com/app",
    ACCESS_TOKEN_LIFETIME: "5m",
    BCRYPT_COST: "9",
    SESSION_LIFETIME: "2592001",
    METRICS_ADDRESS: "0.0.0.0",
    RATE_LIMIT_SIGNUP: "60",
    TRUSTED_PROXIES: "10.0.0.0/33",
    PORT: "abc",
  });
  expect(await refused.ended).toBe(1);
  expect(refused.errors()).toMatch(/^movieconnect: Bad environment: [^\n]+\n$/);
  for (const problem of [
    "DATABASE_URL must be a URL: postgres://user:password@host:5432/database",
    "AUTH_SECRET must be at least 32 random bytes; `npm run --silent secret` makes one",
    "PUBLIC_URL must be an origin: https://example.com",
    "ACCESS_TOKEN_LIFETIME must be a whole number from 1 to 86400",
    "BCRYPT_COST must be a whole number from 10 to 16",
    "SESSION_LIFETIME must be a whole number from 1 to 2592000",
    "METRICS_ADDRESS must be a port, or an address and a port: 9464, 0.0.0.0:9464, [::]:9464",
    "RATE_LIMIT_SIGNUP must be attempts and seconds: 60/3600",
    "TRUSTED_PROXIES must be addresses or subnets separated by commas: 10.0.0.0/8,fd00::/8",
    "PORT must be a whole number from 0 to 65535",
  ])
    expect(refused.errors()).toContain(problem);
  expect(refused.output()).toBe("");
});

test("production refuses a secret that can be guessed", async () => {
  const refused = launch({ AUTH_SECRET: "a".repeat(40) });
  expect(await refused.ended).toBe(1);
  expect(refused.errors()).toMatch(/^movieconnect: Bad environment: AUTH_SECRET must be at least 32 random bytes[^\n]+\n$/);
});

test.each(["start.ts", "serve.ts"])("with a mail server, %s wants to know the sender, and where links lead", async (file) => {
  const refusal = async (variables: Record<string, string>) => {
    const refused = launch({ DATABASE_URL, SMTP_URL: "smtp://127.0.0.1:9", ...variables }, { command: commandOf(file) });
    expect(await refused.ended).toBe(1);
    return refused.errors();
  };
  expect(await refusal({ PUBLIC_URL: "https://movies.example" })).toBe(
    "movieconnect: Bad environment: MAIL_FROM is required with SMTP_URL.\n",
  );
  expect(await refusal({ MAIL_FROM: "hello@movies.example" })).toBe(
    "movieconnect: Bad environment: PUBLIC_URL is required with SMTP_URL: the links in mails lead there.\n",
  );
});

test("a taken port is refused with one line that names it", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, resolve));
  const { port } = holder.address() as { port: number };
  const refused = launch({ DATABASE_URL, PORT: String(port) });
  expect(await refused.ended).toBe(1);
  expect(refused.errors()).toBe(
    `movieconnect: port ${port} is taken: stop the program that listens there, or choose another, as in PORT=${port + 1} npm start\n`,
  );
  holder.close();
});

test("a taken address for metrics is refused with one line that names it, and so is the port of the application", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as { port: number };
  const refusal = async (file: string, variables: Record<string, string>) => {
    const refused = launch({ DATABASE_URL, ...variables }, { command: commandOf(file) });
    expect(await refused.ended).toBe(1);
    return refused.errors();
  };
  for (const file of ["start.ts", "serve.ts"]) {
    expect(await refusal(file, { METRICS_ADDRESS: `127.0.0.1:${port}` })).toBe(
      `movieconnect: METRICS_ADDRESS 127.0.0.1:${port} is taken: stop the program that listens there, or choose another address\n`,
    );
  }
  await new Promise((resolve) => holder.close(resolve));
  expect(await refusal("start.ts", { METRICS_ADDRESS: String(port), PORT: String(port) })).toBe(
    `movieconnect: METRICS_ADDRESS needs another port than PORT, which is ${port}\n`,
  );
});

test("a directory that can't be used is refused with one line", async () => {
  const file = join(base, "file");
  await writeFile(file, "");
  await mkdir(join(base, "kept"), { recursive: true });
  const refused = launch({ DATA_DIR: join(file, "below") });
  expect(await refused.ended).toBe(1);
  expect(refused.errors()).toMatch(/^movieconnect: DATA_DIR .*file\/below can't be used \(ENOTDIR\): set it to .*\n$/);
});
