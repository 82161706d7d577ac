import { expect, test, vi } from "vitest";
import { z } from "zod";
import type { AppError } from "./errors.ts";
import { type Rules, readFields } from "./read-fields.ts";
import { signUpInput } from "./schemas.ts";

const schema = z.object({ name: z.string().min(1).max(3), note: z.string().optional(), count: z.number().optional() });
type Values = z.output<typeof schema>;

async function problemsWith(body: Record<string, unknown>, rules?: Rules<Values>) {
  const refused = await readFields(schema, body, rules).catch((error: AppError<"invalid_input">) => error);
  return "details" in refused ? refused.details.fields : refused;
}

test("a body that nothing is wrong with gives its values, and unknown fields are left out", async () => {
  expect(await readFields(schema, { name: "ann", note: "x", more: 1 })).toEqual({ name: "ann", note: "x" });
});

test("zod's own checks are problems with their numbers, so that a schema needs no words", async () => {
  expect(await problemsWith({})).toEqual({ name: [{ code: "required" }] });
  expect(await problemsWith({ name: null, note: 5, count: "5" })).toEqual({
    name: [{ code: "null" }],
    note: [{ code: "not_a_string" }],
    count: [{ code: "not_a_number" }],
  });
  expect(await problemsWith({ name: "", note: "x" })).toEqual({ name: [{ code: "blank" }] });
  expect(await problemsWith({ name: "anne" })).toEqual({ name: [{ code: "too_many_characters", most: 3 }] });
});

const choices = z.object({
  stars: z.int().min(1).max(5).optional(),
  seen: z.boolean().optional(),
  seat: z.enum(["stalls", "circle"]).optional(),
  tags: z.array(z.string()).optional(),
  guest: z.email().optional(),
  code: z.string().min(3).optional(),
  price: z.number().gt(0).optional(),
});

test.each([
  [{ stars: 1.5 }, { code: "not_an_integer" }],
  [{ stars: 0 }, { code: "too_small", least: 1 }],
  [{ stars: 6 }, { code: "too_large", most: 5 }],
  [{ stars: "5" }, { code: "not_a_number" }],
  [{ seen: "yes" }, { code: "not_a_boolean" }],
  [{ seat: "roof" }, { code: "not_a_choice", sent: "roof" }],
  [{ tags: "a" }, { code: "not_a_list" }],
  [{ tags: ["a", 5] }, { code: "not_a_string" }],
  [{ guest: "ann" }, { code: "bad_email" }],
  [{ code: "ab" }, { code: "too_few_characters", least: 3 }],
  [{ price: 0 }, { code: "invalid" }],
])("an endpoint's own schema refuses %j with the problem %j", async (body, problem) => {
  const refused = await readFields(choices, body).catch((error: AppError<"invalid_input">) => error);
  expect((refused as AppError<"invalid_input">).details.fields).toEqual({ [Object.keys(body)[0] ?? ""]: [problem] });
});

test("one refusal has what the schema refuses and what the rules refuse", async () => {
  const rules = async () => ({ note: [{ code: "username_taken" as const }], count: [] });
  expect(await problemsWith({ note: "x" }, rules)).toEqual({ name: [{ code: "required" }], note: [{ code: "username_taken" }] });
  expect(await problemsWith({ name: "ann", note: "x" }, rules)).toEqual({ note: [{ code: "username_taken" }] });
});

test("rules hear of the fields that the schema takes, and of no other", async () => {
  const rules = vi.fn(() => ({}));
  await problemsWith({ name: "anne", note: "x", more: 1 }, rules);
  expect(rules).toHaveBeenCalledExactlyOnceWith({ note: "x", count: undefined });
});

test("a rule that names no problem is a programmer's mistake, and says so", async () => {
  const vague = z.object({ name: z.string().refine((name) => name !== "x", "Not x!") });
  await expect(readFields(vague, { name: "x" })).rejects.toThrow(
    "a schema's rule names no problem (lib/problems.ts) and says: Not x!",
  );
});

test.each(Object.keys(signUpInput.shape))("every refusal of the signup's %s is a problem with a code", async (field) => {
  const rubbish = [undefined, null, 5, [], {}, "", " ", "\0", "\ud800", "x".repeat(2_000), "a b", "@", "ㅤ", "2023-02-29"];
  for (const value of rubbish) {
    const read = readFields(signUpInput, { [field]: value }).catch((error: AppError<"invalid_input">) => error);
    const { details } = (await read) as AppError<"invalid_input">;
    for (const { code } of details.fields[field] ?? []) expect(code).toMatch(/^[a-z_0-9]+$/);
  }
});
