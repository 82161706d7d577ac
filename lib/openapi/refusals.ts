import "server-only";

import { STATUS_CODES } from "node:http";
import { z } from "zod";
import type { ErrorCode, ErrorDetails } from "#lib/errors.ts";
import { messagesByField } from "#lib/http/body.ts";
import { type Answer, answerTo } from "#lib/http/errors.ts";
import type { Answered, Header } from "./document.ts";
import type { JsonSchema } from "./json-schema.ts";
import { schemaLike } from "./sample-schema.ts";

/** Sample details for each refusal: all possible ones, or a single one that stands for any. */
const SAMPLES: { [Code in ErrorCode]: [ErrorDetails[Code], ...ErrorDetails[Code][]] } = {
  access_token_not_valid: [{ message: "Token is invalid or expired" }, { message: "Token has wrong type" }],
  bad_authorization_header: [undefined],
  body_too_large: [undefined],
  cross_site: [undefined],
  internal: [undefined],
  invalid_input: [{ fields: { non_field_errors: ["No data provided"] } }],
  json_parse_error: [{ reason: "unexpected character at position 17" }],
  method_not_allowed: [{ method: "PATCH", allow: "GET, HEAD, OPTIONS" }],
  no_active_account: [undefined],
  not_authenticated: [undefined],
  not_found: [undefined],
  refresh_token_missing: [undefined],
  refresh_token_not_valid: [{ message: "Token is invalid or expired" }, { message: "Token has wrong type" }],
  throttled: [{ limit: "login-address", most: 100, seconds: 900, resetsIn: 42 }],
  unavailable: [{ retryAfter: 2 }],
  unsupported_media_type: [{ mediaType: "text/plain" }],
};

/** Refusals without a named schema: their fields depend on the endpoint, or no endpoint refuses with them. */
const UNNAMED: ReadonlySet<ErrorCode> = new Set(["invalid_input", "method_not_allowed", "not_found"]);

/** The named schemas of the refusals' bodies, derived from the table of errors that also answers with them. */
export function refusalSchemas(): Record<string, JsonSchema> {
  const codes = (Object.keys(SAMPLES) as ErrorCode[]).filter((code) => !UNNAMED.has(code));
  return Object.fromEntries(codes.map((code) => [schemaName(code), refusalSchema(code)]));
}

/** As `documentRefusals`, for a refusal that belongs to no operation. */
export function describeRefusal(code: "method_not_allowed" | "not_found"): Record<string, Answered> {
  return { [samplesOf(code)[0].status]: responseOf(refusalSchema(code), [code], z.object({})) };
}

/**
 * Refusals as a document's responses, by status.
 * @param body the schema of the request's body: the messages of a 400 are about its fields
 */
export function documentRefusals(codes: ErrorCode[], body: z.ZodType = z.object({})): Record<string, Answered> {
  const byStatus: Record<number, ErrorCode[]> = {};
  for (const code of codes) {
    const { status } = samplesOf(code)[0];
    byStatus[status] = [...(byStatus[status] ?? []), code];
  }
  return Object.fromEntries(Object.entries(byStatus).map(([status, those]) => [status, response(those, body)]));
}

function response(codes: ErrorCode[], body: z.ZodType): Answered {
  return responseOf(anyOf(codes.map((code) => (code === "invalid_input" ? messagesSchema(body) : reference(code)))), codes, body);
}

function responseOf(schema: JsonSchema, codes: ErrorCode[], body: z.ZodType): Answered {
  const [first = "internal"] = codes;
  const description = STATUS_CODES[samplesOf(first)[0].status] ?? "";
  const examples = Object.assign({}, ...codes.map((code) => examplesOf(code, body)));
  const headers = Object.assign({}, ...codes.map(headersOf));
  return { description, headers, content: { "application/json": { schema, examples } } };
}

function examplesOf(code: ErrorCode, body: z.ZodType): Record<string, { value: unknown }> {
  const missing = body.safeParse({});
  if (code === "invalid_input" && !missing.success) return { [code]: { value: messagesByField(missing.error) } };
  return Object.fromEntries(samplesOf(code).map((sample, index) => [`${code}${index || ""}`, { value: sample.body }]));
}

function headersOf(code: ErrorCode): Record<string, Header> {
  const [{ headers = {}, free }] = samplesOf(code);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, { required: true, schema: schemaLike(value, free) }]),
  );
}

// The messages of each field, and those about the whole body.
function messagesSchema(body: z.ZodType): JsonSchema {
  const messages = { type: "array", items: { type: "string" }, minItems: 1 };
  const fields = body instanceof z.ZodObject ? Object.keys(body.shape) : [];
  const properties = Object.fromEntries([...fields, "non_field_errors"].map((field) => [field, messages]));
  return { type: "object", properties, minProperties: 1, additionalProperties: false };
}

type Sample = Answer & { free: (string | number)[] };

function samplesOf(code: ErrorCode): [Sample, ...Sample[]] {
  const [first, ...others] = SAMPLES[code];
  const free = others.length > 0 ? [] : Object.values(first ?? {}).filter((detail) => typeof detail !== "object");
  const sample = (details: typeof first): Sample => ({ ...answerTo(code, details), free });
  return [sample(first), ...others.map(sample)];
}

function anyOf(schemas: JsonSchema[]): JsonSchema {
  return schemas.length === 1 && schemas[0] ? schemas[0] : { anyOf: schemas };
}

function refusalSchema(code: ErrorCode): JsonSchema {
  return anyOf(samplesOf(code).map(({ body, free }) => schemaLike(body, free)));
}

function reference(code: ErrorCode): JsonSchema {
  return { $ref: `#/components/schemas/${schemaName(code)}` };
}

// The schema of not_found is NotFound.
function schemaName(code: ErrorCode): string {
  return code.replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
