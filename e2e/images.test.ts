import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { environmentWith } from "#lib/config.ts";

const ROOT = join(import.meta.dirname, "..");
const read = (path: string) => readFile(join(ROOT, path), "utf8");

const FILES = ["Dockerfile", "docker-compose.yml", "docker-compose.override.yml", "docker-compose.prod.yml"];

test("each base image is a maintained branch and no single version, and the operating guide says until when", async () => {
  const files = await Promise.all(FILES.map(read));
  const images = files.flatMap((text) => [...text.matchAll(/^(?:FROM| +image:) (\S+)/gm)].map(([, image = ""]) => image));
  const foreign = [...new Set(images)].filter((image) => !image.startsWith("movieconnect-"));
  expect(foreign.length).toBeGreaterThanOrEqual(5);
  const guide = await read("docs/operating.md");
  for (const image of foreign) {
    const [name = "", tag = ""] = image.split(":");
    // Nginx' stable branches and Node's long-term ones are even. Certbot has no branches: each version replaces the last.
    const branches: Record<string, RegExp> = {
      nginx: /^1\.\d*[02468]$/,
      node: /^\d*[02468]-slim$/,
      postgres: /^\d+$/,
      "axllent/mailpit": /^v\d+$/,
      "certbot/certbot": /^v\d+\.\d+\.\d+$/,
    };
    expect(tag, image).toMatch(branches[name] ?? /^nothing$/);
    expect(guide, image).toContain(`| \`${image}\` `);
  }
});

test("a package that the image's build does not copy fails the build", async () => {
  const dockerfile = await read("Dockerfile");
  expect(dockerfile).toContain("\nRUN node bin/check-image.ts /image ");
  const image = await mkdtemp(join(tmpdir(), "movieconnect-image-"));
  try {
    await layOut(image, dockerfile);
    expect(checkImage(image)).toMatchObject({ status: 0, stdout: expect.stringContaining("bin/serve.ts starts\n") });
    await rm(join(image, "node_modules", "pg"), { recursive: true });
    expect(checkImage(image)).toMatchObject({ status: 1, stderr: expect.stringContaining("Cannot find package 'pg'") });
  } finally {
    await rm(image, { recursive: true, force: true });
  }
});

/** Makes the image's directory without Docker. Links stand for the packages of Next's own standalone build. */
async function layOut(image: string, dockerfile: string): Promise<void> {
  const [, names = ""] = /copy-packages\.ts \/image \\\n([^\n]*) \\\n/.exec(dockerfile) ?? [];
  const [, removed = ""] = /&& rm (bin\/.*)$/m.exec(dockerfile) ?? [];
  run(["bin/copy-packages.ts", image, ...names.trim().split(" ")], ROOT);
  for (const name of ["bin", "db", "lib", "package.json"]) await cp(join(ROOT, name), join(image, name), { recursive: true });
  for (const file of removed.split(" ")) await rm(join(image, file));
  const links = [".next", ...["next", "react", "react-dom"].map((name) => join("node_modules", name))];
  for (const name of links) {
    await mkdir(dirname(join(image, name)), { recursive: true });
    await symlink(join(ROOT, name), join(image, name));
  }
}

const checkImage = (image: string) => run([join(ROOT, "bin", "check-image.ts"), image], image);

// The image's Node runs TypeScript without a loader. The Node that runs the tests may not.
function run(command: string[], cwd: string) {
  const loader = ["--import", import.meta.resolve("tsx")];
  return spawnSync(process.execPath, [...loader, ...command], { cwd, env: environmentWith({}), encoding: "utf8" });
}
