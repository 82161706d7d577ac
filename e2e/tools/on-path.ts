import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { toolSettings } from "./test-settings.ts";

// Where packages put servers, which is not on everybody's path.
const DIRECTORIES = ["/usr/sbin", "/usr/local/sbin", "/usr/local/nginx/sbin", "/opt/homebrew/bin"];

/** A command of the system, as a path; undefined when there is none. */
export function onPath(command: string): string | undefined {
  const directories = [...toolSettings().PATH.split(delimiter), ...DIRECTORIES];
  return directories.map((directory) => join(directory, command)).find((file) => existsSync(file));
}
