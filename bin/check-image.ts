import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

// For the Dockerfile: starts each command of the image, so that a missing package fails the build and not a deployment.
// The directory has to stand where Node finds no node_modules but its own.

type Start = {
  args?: string[];
  environment?: Record<string, string>;
  /** What the command prints once it has loaded all its modules. */
  says: RegExp;
  /** Asks more of a command that goes on running. */
  examine?: (output: string) => Promise<void>;
};

const LONGEST_MS = 60_000;
/** A port at which nothing listens: a worker starts without its database, too. */
const NOWHERE = "127.0.0.1:9";

const STARTS: Record<string, Start> = {
  "bin/manage.ts": { args: ["--help"], says: /^ {2}user create /m },
  "bin/migrate.ts": { says: /^movieconnect: Bad environment: DATABASE_URL / },
  // With its worker, Next's build in that, and OpenTelemetry, which is loaded where traces are wanted.
  "bin/serve.ts": {
    environment: {
      DATABASE_URL: `postgres://nobody@${NOWHERE}/none`,
      AUTH_SECRET: "check-image-0123456789-abcdefghijklmnopqrstuvwxyz",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${NOWHERE}`,
      PORT: "0",
      SHUTDOWN_DELAY_MS: "0",
      WEB_CONCURRENCY: "1",
    },
    says: /Serves http:\/\/localhost:\d+/,
    examine: assertServes,
  },
  "lib/passwords/hash-thread.ts": { says: /^$/ },
};
/** The command that `bin/serve.ts` starts. */
const WORKER = "bin/worker.ts";

const [directory = ""] = process.argv.slice(2);
const commands = (await readdir(join(directory, "bin"))).filter((name) => name.endsWith(".ts")).map((name) => `bin/${name}`);
const unknown = commands.filter((command) => command !== WORKER && !(command in STARTS));
if (unknown.length > 0) throw new Error(`the image has commands that nothing starts here: ${unknown.join(", ")}`);
for (const [command, start] of Object.entries(STARTS)) await assertStarts(command, start);

async function assertStarts(command: string, { args = [], environment = {}, says, examine }: Start): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, command, ...args], {
    cwd: directory,
    env: { NODE_ENV: "production", ...environment },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
  let output = "";
  const ended = new Promise((done) => child.on("close", done));
  const told = new Promise<void>((done) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        if (says.test(output)) done();
      });
    }
  });
  try {
    // A command that goes on running is not waited for.
    await Promise.race([told, ended]);
    if (!says.test(output)) throw new Error("it does not start");
    await examine?.(output);
  } catch (error) {
    throw new Error(`${command}: ${(error as Error).message}. It said:\n${output}`, { cause: error });
  } finally {
    child.kill();
    await ended;
    clearTimeout(timer);
  }
  console.log(`${command} starts`);
}

async function assertServes(output: string): Promise<void> {
  const port = /localhost:(\d+)/.exec(output)?.[1];
  for (const path of ["/api/health/live/", "/login"]) {
    const { status } = await fetch(`http://127.0.0.1:${port}${path}`);
    if (status !== 200) throw new Error(`${path} answers ${status}`);
  }
}
