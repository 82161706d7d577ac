import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
// Below the project: what is built may lead to packages there, and nowhere else.
const COPY = join(ROOT, ".recipes");
const SOURCES = ["app", "lib", "db", "public", "proxy.ts", "instrumentation.ts", "next.config.ts", "postcss.config.mjs"];

type Source = { file: string; code: string };

/** A copy of the application with the README's recipes in it, and a test's own. Returns its directory. */
export async function copyWithRecipes(own: Source[] = []): Promise<string> {
  await rm(COPY, { recursive: true, force: true });
  for (const source of SOURCES) await cp(join(ROOT, source), join(COPY, source), { recursive: true, filter });
  for (const settings of ["package.json", "tsconfig.json"]) await cp(join(ROOT, settings), join(COPY, settings));
  await symlink(join(ROOT, "node_modules"), join(COPY, "node_modules"));
  for (const { file, code } of [...(await readRecipes()), ...own]) {
    await mkdir(dirname(join(COPY, file)), { recursive: true });
    await writeFile(join(COPY, file), code);
  }
  return COPY;
}

// Tests lead to the harness, which is not copied.
function filter(path: string): boolean {
  return !path.includes(".test.");
}

/** The README's code blocks that name a file. */
export async function readRecipes(): Promise<Source[]> {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const blocks = readme.matchAll(/^```tsx? file=(\S+)\n(.*?)^```$/gms);
  return [...blocks].map(([, file = "", code = ""]) => ({ file, code }));
}
