import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "./harness.ts";

/**
 * Which modules an application's processes had loaded at their end: files, and the sources of the build's chunks, by their
 * source maps.
 * @param visit what is asked of the application
 */
export async function loadedModules(
  variables: Record<string, string>,
  visit: (origin: string) => Promise<void>,
): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-modules-"));
  const hook = join(directory, "hook.cjs");
  // Node's own loader lists every CommonJS module here, whichever module loaded it.
  const list = "Object.keys(require('node:module')._cache).join('\\n')";
  const write = `require('node:fs').writeFileSync(${JSON.stringify(directory)} + '/' + process.pid + '.txt', ${list})`;
  await writeFile(hook, `process.on('exit', () => { ${write} });`);
  const server = await startServer({ ...variables, NODE_OPTIONS: `--require ${hook}` });
  await visit(server.origin);
  await server.stop();
  const lists = (await readdir(directory)).filter((name) => name.endsWith(".txt"));
  const files = (await Promise.all(lists.map((name) => readFile(join(directory, name), "utf8")))).join("\n").split("\n");
  await rm(directory, { recursive: true });
  const chunks = [...new Set(files)].filter((file) => file.includes("/.next/server/"));
  return [...files, ...(await Promise.all(chunks.map(sourcesOf))).flat()];
}

async function sourcesOf(chunk: string): Promise<string[]> {
  const map = await readFile(`${chunk}.map`, "utf8").catch(() => "{}");
  const { sources = [], sections = [] } = JSON.parse(map) as Mapped & { sections?: { map: Mapped }[] };
  return [...sources, ...sections.flatMap((section) => section.map.sources ?? [])].map(decodeURIComponent);
}

type Mapped = { sources?: string[] };
