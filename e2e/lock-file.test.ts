import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

type Locked = { version: string; integrity?: string; resolved?: string; link?: boolean; inBundle?: boolean };

// npm leaves out the hash of a package that it did not download itself: a package for another platform, when npm starts from an
// installation instead of from the lock file.
test.each(["", "e2e/lighthouse/", "e2e/observatory/", "e2e/openapi-tools/"].map((directory) => `${directory}package-lock.json`))(
  "each package of %s has its hash, and no download address",
  async (name) => {
    const { packages } = JSON.parse(await readFile(join(import.meta.dirname, "..", name), "utf8"));
    const locked = Object.entries<Locked>(packages).filter(([path]) => path !== "");
    expect(locked.length).toBeGreaterThan(100);
    const isDownloaded = ({ link, inBundle }: Locked) => !link && !inBundle;
    const isHashed = ({ integrity }: Locked) => integrity?.split(" ").every((hash) => /^sha512-[\w+/]{86}==$/.test(hash));
    expect(locked.filter(([, each]) => isDownloaded(each) && !isHashed(each)).map(([path]) => path)).toEqual([]);
    expect(locked.filter(([, each]) => each.resolved !== undefined).map(([path]) => path)).toEqual([]);
  },
);
