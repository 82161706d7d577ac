import { execFile, execFileSync, spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { isRoot } from "#db/embedded/owner.ts";
import { freePort } from "#db/embedded/ports.ts";
import { installedNginx } from "#e2e/tools/nginx.ts";
import { onPath } from "#e2e/tools/on-path.ts";
import { environmentWith } from "#lib/config.ts";
import { eventually } from "./harness.ts";

// A real Nginx with the configuration that the image gets: the templates of nginx/, rendered as its entrypoint does.

const ROOT = join(import.meta.dirname, "..");
const SHIPPED = join(ROOT, "nginx");

export type TestNginx = {
  /** Plain http; in development there is nothing else. */
  http: string;
  https: string;
  directory: string;
  pid: number;
  errors: () => string;
  reload: () => void;
  /** Runs nginx/move.sh. @returns what it prints; rejects with what it says */
  move: (...args: string[]) => Promise<string>;
  stop: () => Promise<void>;
};

type Options = {
  mode: "development" | "production";
  /** The processes of the application: host:port. */
  upstreams: string[];
  ports?: { http: number; https: number };
  publicUrl?: string;
  staticRoot?: string;
  /** Watches the certificate and the application, as in the image, but five times a second. */
  isWatched?: boolean;
  /** The proxies that are trusted to name a request's client: addresses and subnets. */
  trustedProxies?: string;
  /** Django, while paths move between it and the application: host:port. */
  legacyUpstream?: string;
};

/** Whether its tests can run here. In CI, where none may be left out, they fail instead. */
export const hasNginx = () => (installedNginx() && onPath("openssl")) || process.env.CI === "true";

export async function startNginx({
  mode,
  upstreams,
  ports,
  publicUrl,
  staticRoot,
  isWatched = false,
  trustedProxies = "",
  legacyUpstream = "",
}: Options): Promise<TestNginx> {
  const binary = installedNginx();
  if (!binary) throw new Error("Nginx is not installed");
  const { http, https } = ports ?? { http: await freePort(), https: await freePort() };
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-nginx-"));
  chmodSync(directory, 0o755);
  const certificates = join(directory, "certificates");
  const rendered = renderVariables({
    APP_UPSTREAMS: upstreams.join(" "),
    PUBLIC_URL: mode === "production" ? (publicUrl ?? `https://localhost:${https}/`) : "",
    STATIC_ROOT: staticRoot ?? join(directory, "static"),
    ACME_ROOT: join(directory, "acme"),
    CERTIFICATE: join(certificates, "fullchain.pem"),
    CERTIFICATE_KEY: join(certificates, "privkey.pem"),
    HTTP_PORT: String(http),
    HTTPS_PORT: String(https),
    TLS_PORT: String(await freePort()),
    RUNTIME_DIRECTORY: join(directory, "run"),
    TRUSTED_PROXIES: trustedProxies,
    LEGACY_UPSTREAM: legacyUpstream,
    MOVING_ROOT: join(directory, "moving"),
    WATCH_SECONDS: "0.2",
    NGINX_PID: join(directory, "nginx.pid"),
    NGINX_ARGUMENTS: `-p ${directory} -c ${directory}/nginx.conf`,
  });
  for (const each of ["static", "acme", "conf.d", "temporary"]) await mkdir(join(directory, each));
  for (const script of ["16-certificate.sh", "18-doors.sh", "20-newer-nginx.sh", "30-upstreams.sh", "32-paths.sh"]) {
    await runScript(join("docker-entrypoint.d", script), rendered);
  }
  await cp(join(SHIPPED, "movieconnect"), join(directory, "movieconnect"), { recursive: true });
  await cp(join(configurationDirectory(binary), "mime.types"), join(directory, "mime.types"));
  for (const name of await readdir(join(SHIPPED, mode))) {
    const text = await readFile(join(SHIPPED, mode, name), "utf8");
    await writeFile(join(directory, "conf.d", name.replace(/\.template$/, "")), substitute(text, rendered));
  }
  await writeFile(join(directory, "nginx.conf"), await main(directory));
  const child = spawn(binary, ["-p", directory, "-e", "stderr", "-c", join(directory, "nginx.conf")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const watch = isWatched ? watchApplication(rendered) : undefined;
  const stop = async () => {
    watch?.();
    child.kill("SIGQUIT");
    const kill = setTimeout(() => child.kill("SIGTERM"), 3_000);
    await ended;
    clearTimeout(kill);
    await rm(directory, { recursive: true, force: true });
  };
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(`Nginx ended:\n${errors}`);
    return isListening(http);
  });
  return {
    http: `http://localhost:${http}`,
    https: `https://localhost:${https}`,
    directory,
    pid: child.pid ?? 0,
    errors: () => errors,
    reload: () => child.kill("SIGHUP"),
    move: (...args) => runScript("move.sh", rendered, args),
    stop,
  };
}

/** The files that Nginx serves itself, as the image gets them. */
export async function collectStaticFiles(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-static-"));
  chmodSync(directory, 0o755);
  execFileSync(process.execPath, ["--import", "tsx", join(ROOT, "bin", "precompress.ts"), directory], { cwd: ROOT });
  return directory;
}

// The image's entrypoint reads the very same file.
function renderVariables(variables: Record<string, string>): Record<string, string> {
  const script = `. '${join(SHIPPED, "docker-entrypoint.d", "15-movieconnect.envsh")}' && env -0`;
  const output = execFileSync("sh", ["-c", script], { env: environmentWith(variables), encoding: "utf8" });
  return Object.fromEntries(output.split("\0").map((line) => [line.split("=", 1)[0], line.slice(line.indexOf("=") + 1)]));
}

// Not synchronously: the server that the script asks may run in this process.
async function runScript(name: string, variables: Record<string, string>, args: string[] = []): Promise<string> {
  return (await promisify(execFile)("sh", [join(SHIPPED, name), ...args], { env: environmentWith(variables) })).stdout;
}

// The script leaves a loop running. In the image it ends with the container, here with its process group.
function watchApplication(variables: Record<string, string>): () => void {
  const script = join(SHIPPED, "docker-entrypoint.d", "40-reload-on-change.sh");
  const { pid } = spawn("sh", [script], { env: environmentWith(variables), detached: true, stdio: "ignore" });
  return () => {
    if (pid) process.kill(-pid);
  };
}

// Replaces these names alone, as envsubst does when it is given a list: other names are Nginx' own variables.
function substitute(text: string, variables: Record<string, string>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => variables[name] ?? whole);
}

/** The image's nginx.conf, with every path below one directory. */
async function main(directory: string): Promise<string> {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const paths = temporary.map((name) => `${name}_temp_path ${directory}/temporary/${name};`).join("\n    ");
  return (await readFile(join(SHIPPED, "nginx.conf"), "utf8"))
    .replace(/^user .*$/m, `${isRoot ? "user root;" : ""}\ndaemon off;`)
    .replace(/^error_log .*$/m, "error_log stderr warn;")
    .replace(/^( *)access_log .* main;$/m, `$1access_log ${directory}/access.log main;\n    ${paths}`)
    .replaceAll(/\/run\/movieconnect\b/g, `${directory}/run`)
    .replaceAll("/run/nginx.pid", `${directory}/nginx.pid`)
    .replaceAll("/etc/nginx", directory);
}

function configurationDirectory(binary: string): string {
  const built = execFileSync("sh", ["-c", `'${binary}' -V 2>&1`], { encoding: "utf8" });
  return dirname(/--conf-path=(\S+)/.exec(built)?.[1] ?? "/etc/nginx/nginx.conf");
}

async function isListening(port: number): Promise<boolean> {
  return fetch(`http://localhost:${port}/`, { redirect: "manual" }).then(
    () => true,
    () => false,
  );
}
