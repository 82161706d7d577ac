import { expect, test } from "vitest";
import { readArguments, wholeNumber } from "./arguments.ts";

test.each<[args: string[], line: RegExp]>([
  [["user"], /there is no command "user"/],
  [["user", "remove", "ann"], /there is no command "user remove"/],
  [["user", "delete"], /user delete needs a username or an e-mail address/],
  [["user", "show"], /user show needs a username or an e-mail address/],
  [["user", "show", "ann", "bob"], /user show does not take "bob"/],
  [["user", "show", "ann", "--all"], /user show does not take --all/],
  [["user", "list", "ann"], /user list does not take "ann"/],
  [["user", "create", "--username", "ann"], /user create needs --email/],
  [["user", "set-password", "ann", "--password=secret"], /Unknown option '--password'/],
  [["second-factor", "remove"], /second-factor remove needs a username or an e-mail address/],
  [["second-factor", "remove", "--remove", "ann"], /Unknown option '--remove'/],
  [["secrets", "ann"], /there is no command "secrets ann"/],
  [["secrets", "--yes"], /secrets does not take --yes/],
])("%j is refused as no command", (args, line) => {
  expect(() => readArguments(args)).toThrow(line);
});

test("a command gets its name and its options", () => {
  expect(readArguments(["second-factor", "remove", "ann", "--yes", "--json"])).toMatchObject({
    ...{ command: "second-factor remove", name: "ann", values: { yes: true, json: true } },
  });
  expect(readArguments(["secrets", "--reseal"])).toMatchObject({ command: "secrets", name: "", values: { reseal: true } });
  expect(readArguments(["user", "delete", "--help"])).toBeNull();
});

test("an option's number is whole and within its range", () => {
  expect(wholeNumber("limit", "1000", 1, 1_000)).toBe(1_000);
  for (const text of ["0", "1001", "x", "-1", "1.5", ""])
    expect(() => wholeNumber("limit", text, 1, 1_000)).toThrow("--limit takes a whole number from 1 to 1,000");
  expect(() => wholeNumber("after", "x", 0)).toThrow("--after takes a whole number from 0 on");
});
