import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";

// `node --import tsx bin/precompress.ts DIRECTORY`: copies the files that Nginx serves itself, with a .gz of each large text.

const COMPRESSIBLE = new Set([".css", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".xml"]);
const LEAST_BYTES = 1_024;
const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("usage: bin/precompress.ts DIRECTORY");

await mkdir(directory, { recursive: true });
await cp("public", directory, { recursive: true });
const isServed = (file: string) => extname(file) !== ".map";
await cp(join(".next", "static"), join(directory, "_next", "static"), { recursive: true, filter: isServed });
const files = await readdir(directory, { recursive: true, withFileTypes: true });
for (const file of files) {
  if (file.isFile() && COMPRESSIBLE.has(extname(file.name))) await compress(join(file.parentPath, file.name));
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  if (content.length < LEAST_BYTES) return;
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }));
}
