import { execFileSync } from "node:child_process";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { environment } from "#lib/config.ts";

// What Compose's files hand to the containers.

const ROOT = join(import.meta.dirname, "..", "..");
const read = (name: string) => readFile(join(ROOT, name), "utf8");

test("every secret of production's containers is a file that bin/make-secrets.sh creates, and one that exists stays", async () => {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-secrets-"));
  const make = () => execFileSync("sh", [join(ROOT, "bin", "make-secrets.sh")], { cwd: directory });
  make();
  const compose = await read("docker-compose.prod.yml");
  const files = [...compose.matchAll(/\{ file: \.\/(secrets\/\w+) \}/g)].map(([, file = ""]) => join(directory, file));
  expect(files.length).toBeGreaterThan(7);
  await Promise.all(files.map((file) => access(file)));
  await Promise.all(files.map((file) => writeFile(file, `kept ${file}`)));
  make();
  for (const file of files) expect(await readFile(file, "utf8")).toBe(`kept ${file}`);
  await rm(directory, { recursive: true });
});

test("Compose passes on every variable of a provider, and in production a secret as a file alone", async () => {
  const [common, development, production] = await Promise.all(
    ["docker-compose.yml", "docker-compose.override.yml", "docker-compose.prod.yml"].map(read),
  );
  const names = Object.keys(environment.shape).filter((name) => /^AUTH_(?!SECRET)/.test(name));
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) {
    const handedOn = `${name}: \${${name}:-}`;
    const isSecret = name.endsWith("_SECRET");
    expect([name, common?.includes(handedOn)]).toEqual([name, !isSecret]);
    expect([name, development?.includes(handedOn)]).toEqual([name, isSecret]);
    expect([name, production?.includes(name)]).toEqual([name, isSecret]);
    if (isSecret) expect(production).toContain(`${name}_FILE: /run/secrets/${name.toLowerCase()}`);
  }
});
