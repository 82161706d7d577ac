import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

// For the Dockerfile: starts each command of the image, so that a missing package fails the build and not a deployment.
// The directory must be outside of the source, so that Node finds no other node_modules.

type Start = {
  args?: string[];
  environment?: Record<string, string>;
  /** What the command prints once it has loaded all its modules. */
  says: RegExp;
  /** Further checks of a command that goes on running. */
  examine?: (output: string) => Promise<void>;
};

const START_MS = 60_000;
/** A port on which no program listens: a worker also starts without its database. */
const NOWHERE = "127.0.0.1:9";

const STARTS: Record<string, Start> = {
  "bin/manage.ts": { args: ["--help"], says: /^ {2}user create /m },
  "bin/migrate.ts": { says: /^movieconnect: Bad environment: DATABASE_URL / },
  // This also starts a worker with Next's build; OpenTelemetry, which is loaded only if there is an endpoint for traces; and
  // Auth.js, which is loaded only if a provider is asked for.
  "bin/serve.ts": {
    environment: {
      DATABASE_URL: `postgres://nobody@${NOWHERE}/none`,
      AUTH_SECRET: "check-image-0123456789-abcdefghijklmnopqrstuvwxyz",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${NOWHERE}`,
      AUTH_GITHUB_ID: "check-image",
      AUTH_GITHUB_SECRET: "check-image",
      PORT: "0",
      SHUTDOWN_DELAY_MS: "0",
      WEB_CONCURRENCY: "1",
    },
    says: /Serves http:\/\/localhost:\d+/,
    examine: assertServes,
  },
  "lib/passwords/hash-thread.ts": { says: /^$/ },
  // A hashing thread loads it with the first hash that needs it.
  "--eval": {
    args: ['import("@node-rs/argon2").then(({ hashRawSync }) => console.log(typeof hashRawSync))'],
    says: /^function$/m,
  },
};
/** The command that `bin/serve.ts` starts. */
const WORKER = "bin/worker.ts";

const [directory = ""] = process.argv.slice(2);
const commands = (await readdir(join(directory, "bin"))).filter((name) => name.endsWith(".ts")).map((name) => `bin/${name}`);
const unknown = commands.filter((command) => command !== WORKER && !(command in STARTS));
if (unknown.length > 0) throw new Error(`these commands of the image are not checked here: ${unknown.join(", ")}`);
for (const [command, start] of Object.entries(STARTS)) await assertStarts(command, start);

async function assertStarts(command: string, { args = [], environment = {}, says, examine }: Start): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, command, ...args], {
    cwd: directory,
    env: { NODE_ENV: "production", ...environment },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), START_MS);
  let output = "";
  const ended = new Promise((done) => child.on("close", done));
  const loaded = new Promise<void>((done) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        if (says.test(output)) done();
      });
    }
  });
  try {
    await Promise.race([loaded, ended]);
    if (!says.test(output)) throw new Error("it does not start");
    await examine?.(output);
  } catch (error) {
    throw new Error(`${command}: ${(error as Error).message}. Its output:\n${output}`, { cause: error });
  } finally {
    child.kill();
    await ended;
    clearTimeout(timer);
  }
  console.log(`${command} starts`);
}

async function assertServes(output: string): Promise<void> {
  const port = /localhost:(\d+)/.exec(output)?.[1];
  for (const path of ["/api/health/live/", "/login", "/api/auth/providers/"]) {
    const { status } = await fetch(`http://127.0.0.1:${port}${path}`);
    if (status !== 200) throw new Error(`${path} answers ${status}`);
  }
}
