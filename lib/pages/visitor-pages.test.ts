import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isVisitorPage } from "./visitor-pages.ts";

const APP = join(import.meta.dirname, "..", "..", "app");
/** The page that answers in place of the others during an outage. */
const STAND_IN = "/intermission";

/** The path of a page's file: `(auth)/login/page.tsx` is `/login`. */
function addressOf(file: string): string {
  const parts = file.split("/").slice(0, -1);
  return `/${parts.filter((part) => !part.startsWith("(")).join("/")}`;
}

test("every page calls requireViewer(), or is listed as a public page", async () => {
  const files = await readdir(APP, { recursive: true });
  const pages = files.filter((file) => /(^|\/)page\.tsx$/.test(file));
  expect(pages.length).toBeGreaterThan(3);
  for (const file of pages.filter((page) => addressOf(page) !== STAND_IN)) {
    const isForSignedIn = (await readFile(join(APP, file), "utf8")).includes("await requireViewer()");
    expect([file, isForSignedIn]).toEqual([file, !isVisitorPage(addressOf(file))]);
  }
});
