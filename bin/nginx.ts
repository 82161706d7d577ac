import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { environmentWith, nginxSettings } from "../lib/config.ts";

// Where packages put it, which is not on everybody's path.
const DIRECTORIES = ["/usr/sbin", "/usr/local/sbin", "/usr/local/nginx/sbin", "/opt/homebrew/bin"];

/** The Nginx that NGINX_PATH names, or the system's; undefined when there is none. */
export function installedNginx(): string | undefined {
  const { NGINX_PATH, PATH } = nginxSettings();
  if (NGINX_PATH !== undefined) return existsSync(NGINX_PATH) ? NGINX_PATH : undefined;
  return onPath("nginx", PATH);
}

/**
 * Sees to it that there is an Nginx to test with, and what the test of its certificates needs.
 * @throws {Error} one line that says what to install, where a missing one is a failure (CI=true)
 */
export function ensureNginx(say: (line: string) => void): void {
  const { CI, PATH } = nginxSettings();
  const missing = () => [
    ...(installedNginx() ? [] : ["nginx-light"]),
    ...["openssl", "curl", "certbot", "pebble"].filter((command) => !onPath(command, PATH)),
  ];
  if (missing().length === 0) return;
  if (process.getuid?.() === 0) {
    for (const args of [
      ["update", "-q"],
      ["install", "-yq", "--no-install-recommends", ...missing()],
    ]) {
      say(`Trying: apt-get ${args.join(" ")}`);
      spawnSync("apt-get", args, { stdio: "ignore", env: environmentWith({ DEBIAN_FRONTEND: "noninteractive" }) });
    }
  }
  if (missing().length === 0) return;
  const line = `the tests of the Nginx configuration need ${missing().join(", ")}: apt-get install them, or name an Nginx with NGINX_PATH`;
  if (CI) throw new Error(line);
  say(`LEFT OUT: ${line}`);
}

/** A command of the system; undefined when there is none. */
export function onPath(command: string, path = nginxSettings().PATH): string | undefined {
  return [...path.split(delimiter), ...DIRECTORIES].map((directory) => join(directory, command)).find((file) => existsSync(file));
}
