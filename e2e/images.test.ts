import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

const read = (path: string) => readFile(join(import.meta.dirname, "..", path), "utf8");

test("each base image is a maintained branch and no single version, and the operating guide says until when", async () => {
  const files = await Promise.all(["Dockerfile", "docker-compose.yml", "docker-compose.prod.yml"].map(read));
  const images = files.flatMap((text) => [...text.matchAll(/^(?:FROM| +image:) (\S+)/gm)].map(([, image = ""]) => image));
  const foreign = [...new Set(images)].filter((image) => !image.startsWith("movieconnect-"));
  expect(foreign.length).toBeGreaterThanOrEqual(4);
  const guide = await read("docs/operating.md");
  for (const image of foreign) {
    const [name = "", tag = ""] = image.split(":");
    // Nginx' stable branches and Node's long-term ones are even. Certbot has no branches: each version replaces the last.
    const branches: Record<string, RegExp> = {
      nginx: /^1\.\d*[02468]$/,
      node: /^\d*[02468]-slim$/,
      postgres: /^\d+$/,
      "certbot/certbot": /^v\d+\.\d+\.\d+$/,
    };
    expect(tag, image).toMatch(branches[name] ?? /^nothing$/);
    expect(guide, image).toContain(`| \`${image}\` `);
  }
});
