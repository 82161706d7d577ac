import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ensurePackages } from "./system-packages.ts";
import { nginxSettings } from "./test-settings.ts";

// Where packages put it, which is not on everybody's path.
const DIRECTORIES = ["/usr/sbin", "/usr/local/sbin", "/usr/local/nginx/sbin", "/opt/homebrew/bin"];

/** The Nginx that NGINX_PATH names, or the system's, if it has all that the configuration needs; undefined when there is none. */
export function installedNginx(): string | undefined {
  const binary = anyNginx();
  return binary !== undefined && hasStream(binary) ? binary : undefined;
}

/**
 * Sees to it that there is an Nginx to test with, and what the test of its certificates needs.
 * @throws {Error} one line that says what to install, where a missing one is a failure (CI=true)
 */
export function ensureNginx(say: (line: string) => void): void {
  const missing = () => [
    ...(anyNginx() ? [] : ["nginx-light"]),
    ...(installedNginx() ? [] : ["libnginx-mod-stream"]),
    ...["openssl", "curl", "certbot", "pebble"].filter((command) => !onPath(command)),
  ];
  const need = "the tests of the Nginx configuration need";
  ensurePackages(say, missing, (packages) => `${need} ${packages}: apt-get install them, or name an Nginx with NGINX_PATH`);
}

/** A command of the system; undefined when there is none. */
export function onPath(command: string, path = nginxSettings().PATH): string | undefined {
  return [...path.split(delimiter), ...DIRECTORIES].map((directory) => join(directory, command)).find((file) => existsSync(file));
}

function anyNginx(): string | undefined {
  const { NGINX_PATH, PATH } = nginxSettings();
  if (NGINX_PATH !== undefined) return existsSync(NGINX_PATH) ? NGINX_PATH : undefined;
  return onPath("nginx", PATH);
}

// Debian has it in a package of its own.
function hasStream(binary: string): boolean {
  const { stderr } = spawnSync(binary, ["-V"], { encoding: "utf8" });
  const modules = /--modules-path=(\S+)/.exec(stderr)?.[1] ?? "";
  return /--with-stream(\s|$)/.test(stderr) || existsSync(join(modules, "ngx_stream_module.so"));
}
