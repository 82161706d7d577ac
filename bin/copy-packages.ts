import { existsSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

// For the Dockerfile: copies packages and their dependencies from node_modules into another directory. Next's standalone build
// contains what pages and Next itself need, but not what our own commands import.

type Package = { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> };
type Lock = { packages: Record<string, Package> };

const [directory = "", ...names] = process.argv.slice(2);
const { packages } = JSON.parse(await readFile("package-lock.json", "utf8")) as Lock;
const wanted = new Set<string>();
for (const name of names) add(name, "");
for (const path of wanted) await cp(path, join(directory, path), { recursive: true });

function add(name: string, from: string): void {
  const path = resolve(name, from);
  if (wanted.has(path)) return;
  wanted.add(path);
  const { dependencies = {}, optionalDependencies = {} } = packages[path] ?? {};
  // npm leaves out the native code of other platforms.
  const installed = Object.keys(optionalDependencies).filter((dependency) => existsSync(resolve(dependency, path)));
  for (const dependency of [...Object.keys(dependencies), ...installed]) add(dependency, path);
}

// Resolves as Node does: beside the importing package, then in each directory above.
function resolve(name: string, from: string): string {
  const path = join(from, "node_modules", name);
  if (packages[path]) return path;
  if (from === "") throw new Error(`${name} is not in package-lock.json`);
  const above = dirname(from);
  return resolve(name, above === "." ? "" : above);
}
