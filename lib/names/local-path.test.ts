import { expect, test } from "vitest";
import { localPath } from "./local-path.ts";

test("a path of this site is kept, with query and fragment", () => {
  for (const path of ["/", "/films", "/films/1?a=b&c=//d#e", "/%2F%2Fevil", "/a%5Cb", "/films?next=https://evil.example"]) {
    expect(localPath(path)).toBe(path);
  }
});

test("a value that a browser would take for another site leads to the start page", () => {
  const evil = [
    "//evil",
    "/\\evil",
    "\\\\evil",
    "https:evil",
    "https://evil",
    "http:/evil",
    "javascript:alert(1)",
    "data:,x",
    "evil",
    "./evil",
  ];
  evil.push(
    "/\t/evil",
    "/\n/evil",
    "/\r\\evil",
    "\t//evil",
    " //evil",
    "/.//evil",
    "/a/..//evil",
    "/%2e//evil",
    "/.\\/evil",
    "///evil",
    "",
  );
  for (const next of evil) {
    expect(localPath(next), JSON.stringify(next)).toBe("/");
  }
  expect(localPath(null)).toBe("/");
  expect(localPath(undefined)).toBe("/");
});

test("a kept path stays on this site for every URL parser", () => {
  const starts = ["/", "//", "/\\", "/.", "/%09", "/\t", "/@", "/:", "/?", "/#"];
  for (const start of starts) {
    for (const rest of ["evil.example", "/evil.example", "\\evil.example", "..//evil.example", "@evil.example"]) {
      expect(new URL(localPath(start + rest), "https://movies.example").host).toBe("movies.example");
    }
  }
});
