import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { onPath } from "./on-path.ts";
import { toolSettings } from "./test-settings.ts";

/** The Nginx that NGINX_PATH names, or the system's, if it has all that the configuration needs; undefined when there is none. */
export function installedNginx(): string | undefined {
  const binary = anyNginx();
  return binary !== undefined && hasStream(binary) ? binary : undefined;
}

/** As `installedNginx`, with or without the module that the configuration needs. */
export function anyNginx(): string | undefined {
  const { NGINX_PATH: named } = toolSettings();
  if (named === undefined) return onPath("nginx");
  return existsSync(named) ? named : undefined;
}

// Debian has it in a package of its own.
function hasStream(binary: string): boolean {
  const { stderr } = spawnSync(binary, ["-V"], { encoding: "utf8" });
  const modules = /--modules-path=(\S+)/.exec(stderr)?.[1] ?? "";
  return /--with-stream(\s|$)/.test(stderr) || existsSync(join(modules, "ngx_stream_module.so"));
}
