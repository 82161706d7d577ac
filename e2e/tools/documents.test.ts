import { access, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { environment, launch, migration } from "#lib/config.ts";

// What can go stale in the documents. The code of the recipes has its own test: e2e/recipes.spec.ts.

const ROOT = join(import.meta.dirname, "..", "..");
const read = (path: string) => readFile(join(ROOT, path), "utf8");
const exists = (path: string) =>
  access(join(ROOT, path)).then(
    () => true,
    () => false,
  );
const DOCUMENTS = [
  "README.md",
  ...(await readdir(join(ROOT, "docs"))).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
];
const texts = Object.fromEntries(await Promise.all(DOCUMENTS.map(async (path) => [path, await read(path)] as const)));

test("the README has at most 200 lines, and no line outside of tables is over 160 characters", () => {
  expect(texts["README.md"]?.split("\n").length).toBeLessThanOrEqual(201);
  for (const [path, text] of Object.entries(texts)) {
    expect(
      text.split("\n").filter((line) => line.length > 160 && !line.startsWith("|")),
      path,
    ).toEqual([]);
  }
});

test("every link of the documents leads to a file, and to a heading of it", async () => {
  for (const [path, text] of Object.entries(texts)) {
    for (const [, target = ""] of text.matchAll(/(?:\]\(|srcset="|src=")(?!https?:)([^)"]+)/g)) {
      const [file = "", anchor] = target.split("#");
      const linked = file === "" ? path : join(dirname(path), file);
      expect(await exists(linked), `${path}: ${target}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(await read(linked)), `${path}: ${target}`).toContain(anchor);
    }
  }
});

test("every command of npm's that a document names is a script, and every script is in the README", async () => {
  const scripts = Object.keys(JSON.parse(await read("package.json")).scripts);
  for (const [path, text] of Object.entries(texts)) {
    const named = [...text.matchAll(/\bnpm run (?:--silent )?([\w:]+)/g)].map(([, name = ""]) => name);
    expect(
      named.filter((name) => !scripts.includes(name)),
      path,
    ).toEqual([]);
  }
  expect(scripts.filter((name) => !new RegExp(`npm (run )?(--silent )?${name}\\b`).test(texts["README.md"] ?? ""))).toEqual([]);
});

test("every file that a document names in code exists", async () => {
  for (const [path, text] of Object.entries(texts)) {
    const prose = text.replace(/^```.*?^```/gms, "");
    for (const [, file = ""] of prose.matchAll(/`((?:app|bin|db|e2e|grafana|lib|nginx|pgbouncer|postgres)\/[\w./()[\]-]+)`/g)) {
      expect(await exists(file), `${path}: ${file}`).toBe(true);
    }
  }
});

test("the map has a line for every folder of the first level, and for every room", async () => {
  const [, map = ""] = /^## The map\n+```\n(.*?)^```/ms.exec(texts["README.md"] ?? "") ?? [];
  const levels = await Promise.all(["", "app", "lib", "bin", "e2e", "db"].map(foldersOf));
  const missing = levels.flat().filter((folder) => !new RegExp(`(^|\\s)${folder.replace(/[()]/g, "\\$&")}/`, "m").test(map));
  expect(missing).toEqual([]);
  const named = [...map.matchAll(/^( *)([\w()_-]+\/)/gm)];
  expect(named.length).toBeGreaterThan(30);
});

test("the guide's table of settings names every variable that the application reads, and no other", async () => {
  const [, table = ""] = /^\| Variable \|.*?\n\| ---.*?\n(.*?)\n\n/ms.exec(texts["docs/operating.md"] ?? "") ?? [];
  const named = table
    .split("\n")
    .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
  const schemas = [environment, launch, migration].flatMap(({ shape }) => Object.keys(shape));
  // NODE_ENV is for Node's own tools.
  expect(schemas.filter((name) => name !== "NODE_ENV" && !named.includes(name))).toEqual([]);
  const others = named.filter((name) => !schemas.includes(name.replace(/_FILE$/, "")));
  const compose = (await Promise.all(["docker-compose.yml", "docker-compose.prod.yml"].map(read))).join();
  expect(others.filter((name) => !compose.includes(`\${${name}`))).toEqual([]);
});

test("every test that the tables of docs/security.md name exists, and every row names one", async () => {
  const rows = texts["docs/security.md"]?.split("\n").filter((line) => /^\| (?!ID|Failure|---)/.test(line)) ?? [];
  expect(rows.length).toBeGreaterThan(40);
  for (const row of rows) {
    const held = [...row.matchAll(/`([\w./-]+\.(?:test|spec)\.ts)` ((?:"[^"]+"(?:, )?)+)/g)];
    expect(held.length, row).toBeGreaterThan(0);
    for (const [, file = "", names = ""] of held) {
      const source = await read(file);
      // As it is quoted there: a test's name, or the table's that it is made from.
      for (const [, name = ""] of names.matchAll(/"([^"]+)"/g)) expect(source).toMatch(quoted(name));
    }
  }
});

test("docs/security.md has a row for every file that opens sessions, and for no other", async () => {
  const [, table = ""] = /^## The ways in\n(.*?)^## /ms.exec(texts["docs/security.md"] ?? "") ?? [];
  const named = [...table.matchAll(/^\|[^|]*\|[^|]*`((?:lib|app)\/[^`]+)`/gm)].map(([, file = ""]) => file);
  const sources = await Promise.all(["lib", "app"].map(async (room) => (await filesOf(room)).map((file) => `${room}/${file}`)));
  const callers = [];
  for (const source of sources.flat().filter((name) => /(?<!\.test)\.tsx?$/.test(name))) {
    if (/(?<!function )\b(?:openSession|adoptSession)\(/.test(await read(source))) callers.push(source);
  }
  expect(callers.length).toBeGreaterThan(0);
  expect(named.sort()).toEqual(callers.sort());
});

/** A heading's anchor, as GitHub makes it. */
function anchorsOf(text: string): string[] {
  const headings = text.replace(/^```.*?^```/gms, "").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

const filesOf = (room: string) => readdir(join(ROOT, room), { recursive: true });

async function foldersOf(parent: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, parent), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return folders.filter((name) => !/^\.|^(node_modules|migrations|secrets|test-results)$/.test(name));
}

function quoted(text: string): RegExp {
  return new RegExp(`["\`]${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}["\`]`);
}
