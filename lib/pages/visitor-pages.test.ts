import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isVisitorPage } from "./visitor-pages.ts";

const APP = join(import.meta.dirname, "..", "..", "app");
/** What the others are answered with. */
const STAND_IN = "/intermission";

/** Where a page's file is reached: `(auth)/login/page.tsx` is `/login`. */
function addressOf(file: string): string {
  const parts = file.split("/").slice(0, -1);
  return `/${parts.filter((part) => !part.startsWith("(")).join("/")}`;
}

test("every page calls requireViewer(), or is listed as one that is for everybody", async () => {
  const files = await readdir(APP, { recursive: true });
  const pages = files.filter((file) => /(^|\/)page\.tsx$/.test(file));
  expect(pages.length).toBeGreaterThan(3);
  for (const file of pages.filter((page) => addressOf(page) !== STAND_IN)) {
    const isForSignedIn = (await readFile(join(APP, file), "utf8")).includes("await requireViewer()");
    expect([file, isForSignedIn]).toEqual([file, !isVisitorPage(addressOf(file))]);
  }
});
