import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
// Below the project, because a build finds packages only there.
const COPY = join(ROOT, ".recipes");
const SOURCES = [
  "app",
  "bin",
  "db",
  "e2e",
  "lib",
  "public",
  "proxy.ts",
  "instrumentation.ts",
  "next.config.ts",
  "postcss.config.mjs",
];

type Source = { file: string; code: string };
type Recipe = Source & { language: string };

/** A copy of the application with the documents' recipes in it, and a test's own files. Returns its directory. */
export async function copyWithRecipes(own: Source[] = []): Promise<string> {
  await rm(COPY, { recursive: true, force: true });
  for (const source of SOURCES) await cp(join(ROOT, source), join(COPY, source), { recursive: true, filter });
  for (const settings of ["package.json", "tsconfig.json"]) await cp(join(ROOT, settings), join(COPY, settings));
  await symlink(join(ROOT, "node_modules"), join(COPY, "node_modules"));
  for (const recipe of [...(await readRecipes()), ...own.map((source) => ({ ...source, language: "tsx" }))]) {
    await (recipe.language === "diff" ? change(recipe) : write(recipe));
  }
  return COPY;
}

// Tests are not run there.
function filter(path: string): boolean {
  return !/\.(test|spec)\.|\/node_modules/.test(path);
}

async function write({ file, code }: Source): Promise<void> {
  await mkdir(dirname(join(COPY, file)), { recursive: true });
  await writeFile(join(COPY, file), code);
}

// Applies a diff as a person would: the file has the removed lines and their context exactly once, and gets the added lines.
async function change({ file, code }: Source): Promise<void> {
  const lines = code.trimEnd().split("\n");
  const side = (mark: string) =>
    lines.flatMap((line) => (line.startsWith(mark) || line.startsWith(" ") ? [line.slice(1)] : [])).join("\n");
  const pieces = (await readFile(join(COPY, file), "utf8")).split(side("-"));
  if (pieces.length !== 2) throw new Error(`${file} has ${pieces.length - 1} places like\n${side("-")}`);
  await writeFile(join(COPY, file), pieces.join(side("+")));
}

/** The code blocks of the documents that name a file: whole files, and differences. A reader meets them in this order. */
export async function readRecipes(): Promise<Recipe[]> {
  const pages = await Promise.all(["README.md", "docs/recipes.md"].map((page) => readFile(join(ROOT, page), "utf8")));
  const blocks = pages.join("\n").matchAll(/^```(tsx?|sql|diff) file=(\S+)\n(.*?)^```$/gms);
  return [...blocks].map(([, language = "", file = "", code = ""]) => ({ language, file, code }));
}
