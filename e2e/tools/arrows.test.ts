import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const SHARED = ["config", "errors", "per-process", "schemas", "answers", "event-words", "problems", "read-fields"].map(
  (name) => `lib/${name}.ts`,
);
const LOWEST = ["lib/settings", "lib/names", "lib/observe"];
const AUTH = ["db", ...SHARED, ...LOWEST, "lib/rate-limits.ts"];
const MAIL = [...AUTH, "lib/auth"];
const FACTORS = [...MAIL, "lib/mail", "lib/passwords"];
const USE_CASES = [...FACTORS, "lib/factors"];
const PROVIDERS = [...USE_CASES, "lib/sign-in", "lib/account"];
const HTTP = [...PROVIDERS, "lib/providers"];
const UPPERMOST = [...HTTP, "lib/http"];

/** The map's arrows: what each room may import of the others. */
const ARROWS: Record<string, string[]> = {
  "lib/settings": [],
  "lib/names": [],
  ...Object.fromEntries(SHARED.map((file) => [file, ["lib/per-process.ts", "lib/settings", "lib/names"]])),
  // What schemas are made of: no room imports it.
  "lib/fields.ts": ["lib/per-process.ts", "lib/settings", "lib/names"],
  "lib/observe": ["lib/config.ts", "lib/errors.ts", "lib/per-process.ts", "lib/settings"],
  "lib/rate-limits.ts": ["db", ...SHARED, ...LOWEST],
  "lib/auth": AUTH,
  "lib/mail": MAIL,
  "lib/passwords": [...MAIL, "lib/mail"],
  "lib/factors": FACTORS,
  "lib/sign-in": USE_CASES,
  "lib/account": USE_CASES,
  "lib/providers": PROVIDERS,
  "lib/django": [...USE_CASES, "lib/account"],
  "lib/http": HTTP,
  "lib/pages": UPPERMOST,
  "lib/openapi": UPPERMOST,
  "lib/worker": UPPERMOST,
  "lib/client": ["lib/answers.ts", "lib/schemas.ts"],
  db: ["lib/config.ts", "lib/settings", "lib/per-process.ts"],
  "bin/server": ["lib/config.ts", "lib/settings", "lib/observe", "lib/per-process.ts"],
};

let directory: string;
let rooms: string[];
let refused: Set<string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "arrows-"));
  rooms = [...(await roomsBelow("lib")), "app", "db", "e2e", ...(await roomsBelow("bin")).filter((path) => !path.includes("."))];
  await writeFile(join(directory, "biome.json"), await outsideOfGit());
  await cp(join(ROOT, "package.json"), join(directory, "package.json"));
  for (const room of rooms) await plant(room);
  refused = await lint();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test("each room of lib has a row of arrows", () => {
  expect(rooms.filter((room) => room.startsWith("lib/") && !(room in ARROWS))).toEqual([]);
});

test("lint refuses every import across rooms that the map has no arrow for, and no other", () => {
  for (const [from, allowed] of Object.entries(ARROWS)) {
    const imported = rooms.filter((room) => room !== from && !room.startsWith("bin/"));
    const expected = imported.filter((room) => !allowed.includes(room)).map((room) => `${from} -> ${room}`);
    expect(imported.map((room) => `${from} -> ${room}`).filter((arrow) => refused.has(arrow))).toEqual(expected);
  }
});

test("app imports neither db nor bin nor e2e nor pg, the primary and the operators' commands neither app nor e2e", () => {
  const from = (room: string) =>
    [...refused].filter((arrow) => arrow.startsWith(`${room} -> `)).map((arrow) => arrow.split(" -> ")[1]);
  expect(from("app").sort()).toEqual([...["bin/manage", "bin/primary", "bin/server", "db", "e2e", "pg"], ...RELATIVE].sort());
  expect(from("bin/primary").sort()).toEqual(["app", "bin/manage", "e2e", ...RELATIVE].sort());
  expect(from("bin/manage").sort()).toEqual(["app", "bin/primary", "bin/server", "e2e", ...RELATIVE].sort());
});

test("nothing of the application imports e2e or bin, and pg is imported by db alone", () => {
  for (const room of rooms.filter((name) => name.startsWith("lib/"))) {
    for (const target of ["e2e", "bin/server", "bin/primary", "bin/manage", "app", "pg"])
      expect(refused).toContain(`${room} -> ${target}`);
  }
  expect(refused).not.toContain("db -> pg");
});

test("a relative path does not get around a room's arrows", () => {
  for (const room of rooms) for (const path of RELATIVE) expect(refused).toContain(`${room} -> ${path}`);
});

const RELATIVE = ["../auth/x.ts", "./below/x.ts"];

async function roomsBelow(parent: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, parent), { withFileTypes: true });
  return entries.map(({ name }) => `${parent}/${name}`).filter((path) => !path.includes(".test."));
}

// The project's rules, for a directory without a .gitignore.
async function outsideOfGit(): Promise<string> {
  return JSON.stringify({ ...JSON.parse(await readFile(join(ROOT, "biome.json"), "utf8")), vcs: { enabled: false } });
}

/** The imports of a room's planted file, a line each: every other room, `pg`, and both kinds of relative path. */
const targetsOf = (room: string) => [...rooms.filter((other) => other !== room), "pg", ...RELATIVE];

async function plant(room: string): Promise<void> {
  const path = join(directory, fileOf(room));
  await mkdir(dirname(path), { recursive: true });
  const specifierOf = (target: string) => (rooms.includes(target) ? `#${fileOf(target)}` : target);
  await writeFile(
    path,
    targetsOf(room)
      .map((target) => `import "${specifierOf(target)}";`)
      .join("\n"),
  );
}

function fileOf(room: string): string {
  return room.endsWith(".ts") ? room : `${room}/x.ts`;
}

async function lint(): Promise<Set<string>> {
  const biome = join(ROOT, "node_modules", ".bin", "biome");
  const args = ["lint", "--only=style/noRestrictedImports", "--max-diagnostics=none", "--reporter=github", "."];
  const output = await new Promise<string>((done) => execFile(biome, args, { cwd: directory }, (_, stdout) => done(stdout)));
  const found = [...output.matchAll(/file=([^,]+),line=(\d+)/g)];
  return new Set(found.map(([, file = "", line = ""]) => arrowAt(relative(directory, file), Number(line))));
}

function arrowAt(file: string, line: number): string {
  const room = rooms.find((name) => fileOf(name) === file) ?? file;
  return `${room} -> ${targetsOf(room)[line - 1]}`;
}
