import "server-only";

import { STATUS_CODES } from "node:http";
import { z } from "zod";
import type { ErrorCode } from "#lib/errors.ts";
import { sayProblems } from "#lib/http/field-words.ts";
import { type Answer, answerTo, ERROR_CODES, samplesOf } from "#lib/http/refusals.ts";
import { problemsOf } from "#lib/read-fields.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { Answered, Header } from "./operation.ts";
import { schemaLike } from "./sample-schema.ts";

/** Refusals without a named schema: their fields depend on the endpoint, or no endpoint refuses with them. */
const UNNAMED: ReadonlySet<ErrorCode> = new Set(["invalid_input", "method_not_allowed"]);

/** The named schemas of the refusals' bodies, derived from the table of errors that also answers with them. */
export function refusalSchemas(): Record<string, JsonSchema> {
  const codes = ERROR_CODES.filter((code) => !UNNAMED.has(code));
  return Object.fromEntries(codes.map((code) => [schemaName(code), refusalSchema(code)]));
}

/** As `documentRefusals`, for a refusal that belongs to no operation. */
export function describeRefusal(code: "method_not_allowed" | "not_found"): Record<string, Answered> {
  return { [answersOf(code)[0].status]: responseOf(refusalSchema(code), [code], z.object({})) };
}

/**
 * Refusals as a document's responses, by status.
 * @param fields the schema of the parameters and the body's fields, which the messages of a 400 are about
 */
export function documentRefusals(codes: ErrorCode[], fields: z.ZodObject = z.object({})): Record<string, Answered> {
  const byStatus: Record<number, ErrorCode[]> = {};
  for (const code of codes) {
    const { status } = answersOf(code)[0];
    byStatus[status] = [...(byStatus[status] ?? []), code];
  }
  return Object.fromEntries(Object.entries(byStatus).map(([status, those]) => [status, response(those, fields)]));
}

function response(codes: ErrorCode[], fields: z.ZodObject): Answered {
  const schemas = codes.map((code) => (code === "invalid_input" ? messagesSchema(fields) : reference(code)));
  return responseOf(anyOf(schemas), codes, fields);
}

function responseOf(schema: JsonSchema, codes: ErrorCode[], fields: z.ZodObject): Answered {
  const [first = "internal"] = codes;
  const description = STATUS_CODES[answersOf(first)[0].status] ?? "";
  const examples = Object.assign({}, ...codes.map((code) => examplesOf(code, fields)));
  const headers = Object.assign({}, ...codes.map(headersOf));
  return { description, headers, content: { "application/json": { schema, examples } } };
}

// A 400 is shown with what it says if nothing was sent, or, where nothing is required, if every value is blank.
function examplesOf(code: ErrorCode, fields: z.ZodObject): Record<string, { value: unknown }> {
  const blank = Object.fromEntries(Object.keys(fields.shape).map((name) => [name, ""]));
  const refused = [{}, blank].map((sent) => fields.safeParse(sent, { reportInput: true })).find(({ success }) => !success);
  if (code === "invalid_input" && refused?.error) return { [code]: { value: sayProblems(problemsOf(refused.error)) } };
  return Object.fromEntries(answersOf(code).map((sample, index) => [`${code}${index || ""}`, { value: sample.body }]));
}

function headersOf(code: ErrorCode): Record<string, Header> {
  const [{ headers, free }] = answersOf(code);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, { required: true, schema: schemaLike(value, free) }]),
  );
}

// The messages of each field, and those about the whole body.
function messagesSchema({ shape }: z.ZodObject): JsonSchema {
  const messages = { type: "array", items: { type: "string" }, minItems: 1 };
  const properties = Object.fromEntries([...Object.keys(shape), "non_field_errors"].map((field) => [field, messages]));
  return { type: "object", properties, minProperties: 1, additionalProperties: false };
}

type Sample = Answer & { free: (string | number)[] };

// A token's problem and a session's end are codes, each with words of its own. Every other detail is filled in, and can differ.
function answersOf(code: ErrorCode): [Sample, ...Sample[]] {
  const [first, ...others] = samplesOf(code);
  const sample = (details: typeof first): Sample => {
    const { reason, end, ...filledIn }: Record<string, unknown> = { ...details };
    return {
      ...answerTo(code, details),
      free: Object.values(filledIn).filter((detail) => typeof detail !== "object") as Sample["free"],
    };
  };
  return [sample(first), ...others.map(sample)];
}

function anyOf(schemas: JsonSchema[]): JsonSchema {
  return schemas.length === 1 && schemas[0] ? schemas[0] : { anyOf: schemas };
}

function refusalSchema(code: ErrorCode): JsonSchema {
  return anyOf(answersOf(code).map(({ body, free }) => schemaLike(body, free)));
}

function reference(code: ErrorCode): JsonSchema {
  return { $ref: `#/components/schemas/${schemaName(code)}` };
}

// The schema of not_found is NotFound.
function schemaName(code: ErrorCode): string {
  return code.replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
