import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { rangeSource } from "./range-source.ts";

const directory = mkdtempSync(join(tmpdir(), "ranges #1 "));
afterAll(() => rmSync(directory, { recursive: true }));

const problem = (text: string) => rangeSource.safeParse(text).error?.issues[0]?.message;

test.each([
  "https://api.pwnedpasswords.com/range",
  "http://127.0.0.1:8080/range",
  "http://[::1]/",
  "https://pwned.example:8443/a/b/",
])("breached passwords may be looked up at %s, whose name for a range is appended after a slash", (text) =>
  expect(rangeSource.parse(text).href).toBe(text.replace(/\/?$/, "/")),
);

test.each([
  "http://api.pwnedpasswords.com/range/",
  "https://api.pwnedpasswords.com/range/?mode=ntlm",
  "https://api.pwnedpasswords.com/range/#here",
  "https://user:password@pwned.example/",
  "ftp://127.0.0.1/range/",
  "file://server/share/",
  "/var/lib/pwned",
])("%s is no place to look breached passwords up", (text) => expect(problem(text)).toMatch(/^must be https:/));

test("a directory of ranges must have its first and its last file", () => {
  const source = pathToFileURL(directory).href;
  expect(problem(source)).toBe("must be a directory with the files 00000.txt to FFFFF.txt, but 00000.txt can't be read (ENOENT)");
  writeFileSync(join(directory, "00000.txt"), "");
  expect(problem(source)).toContain("FFFFF.txt can't be read (ENOENT)");
  writeFileSync(join(directory, "FFFFF.txt"), "");
  expect(rangeSource.parse(source).href).toBe(`${source}/`);
});
