import { expect, test } from "vitest";
import { z } from "zod";
import { logInInput, reauthenticateInput } from "#lib/schemas.ts";
import { numbersAsText, pythonText } from "./numbers-as-text.ts";

const read = (source: string, schema: z.ZodType = logInInput) => numbersAsText(schema, JSON.parse(source), source);

// Python 3.11: str(json.loads(digits))
test.each([
  ["0", "0"],
  ["-0", "0"],
  ["7", "7"],
  ["-12345678901234567890", "-12345678901234567890"],
  ["1.0", "1.0"],
  ["-0.0", "-0.0"],
  ["12.50", "12.5"],
  ["1e3", "1000.0"],
  ["1E+3", "1000.0"],
  ["0.1", "0.1"],
  ["0.10000000000000000001", "0.1"],
  ["0.0001", "0.0001"],
  ["0.00001", "1e-05"],
  ["0.0000123", "1.23e-05"],
  ["1e15", "1000000000000000.0"],
  ["1e16", "1e+16"],
  ["12345678901234567890.0", "1.2345678901234567e+19"],
  ["-1.5e-300", "-1.5e-300"],
  ["5e-324", "5e-324"],
])("the number %s is the text %s, as in Python", (digits, text) => expect(pythonText(digits)).toBe(text));

test("a number stands for the string that a field wants, with each digit that was sent", () => {
  expect(read('{"username":"a\\"5","password":12345678901234567890}')).toEqual({
    username: 'a"5',
    password: "12345678901234567890",
  });
  expect(read('{"username":1.0,"password":"{\\"password\\":6}"}')).toEqual({ username: "1.0", password: '{"password":6}' });
  expect(read('{"password":1,"passw\\u006frd":2}')).toEqual({ password: "2" });
  expect(read('{"password":5}', reauthenticateInput)).toEqual({ password: "5" });
});

test("booleans, lists and numbers that no float can hold stay what they are", () => {
  const body = { username: true, password: [5] };
  expect(read(JSON.stringify(body))).toEqual(body);
  expect(read('{"password":1e400}')).toEqual({ password: Number.POSITIVE_INFINITY });
});

test("a number stays a number where the field is one, or no string", () => {
  expect(read('{"stars":5,"passkey":5}', z.object({ stars: z.int(), passkey: z.looseObject({}) }))).toEqual({
    stars: 5,
    passkey: 5,
  });
});
