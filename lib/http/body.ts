import "server-only";

import type { z } from "zod";
import { acceptsSimplejwt } from "#lib/auth/accepts-simplejwt.ts";
import { AppError, type JsonProblem } from "#lib/errors.ts";
import type { Problem } from "#lib/problems.ts";
import { type Rules, readFields } from "#lib/read-fields.ts";
import { isUtf8Form, isUtf8Json } from "./media-type.ts";
import { numbersAsText } from "./numbers-as-text.ts";

const MAX_BYTES = 16 * 1_024;

/**
 * Reads and parses a request's body, and applies the rules. At most 16 KiB are read. While simplejwt's clients are accepted, the
 * body may be a form, and a number may stand for a string, as Django REST Framework has it.
 * @throws {AppError} `unsupported_media_type`, `body_too_large`, `json_parse_error`, `invalid_input`
 */
export async function readBody<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  rules?: Rules<z.output<Schema>>,
): Promise<z.output<Schema>> {
  const isLegacy = acceptsSimplejwt();
  if (isLegacy && isUtf8Form(mediaTypeOf(request))) {
    return readFields(schema, withoutLostBytes(parseForm(await readBytes(request, () => undefined))), rules);
  }
  const bytes = await readBytes(request);
  const fields = toObject(parseJson(bytes));
  return readFields(schema, isLegacy ? numbersAsText(schema, fields, bytes.toString()) : fields, rules);
}

/**
 * Reads the fields of a form, or of a flat JSON object, as Auth.js' client sends them. Of a field that is there twice, the last
 * one counts; what is no text is left out.
 * @throws {AppError} `unsupported_media_type`, `body_too_large`, `json_parse_error`, `invalid_input`
 */
export async function readForm(request: Request): Promise<Record<string, string>> {
  const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(mediaTypeOf(request));
  const bytes = await readBytes(request, isForm ? () => undefined : assertJson);
  if (isForm) return parseForm(bytes);
  const entries = Object.entries(toObject(parseJson(bytes)));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

async function readBytes(request: Request, assertType = assertJson): Promise<Buffer> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BYTES) {
    assertType(request);
    throw new AppError("body_too_large");
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Neither `for await` nor `cancel()`: stopping either early destroys the connection before the refusal is sent.
  const reader = request.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read().catch(refuseIncomplete)) ?? { done: true };
    if (done) return Buffer.concat(chunks);
    if (value.byteLength === 0) continue;
    // The media type is checked when the first byte arrives: an empty body needs none.
    assertType(request);
    length += value.byteLength;
    if (length > MAX_BYTES) throw new AppError("body_too_large");
    chunks.push(value);
  }
}

// The client hung up, or its time was over. It reads no answer; a refusal keeps this from being logged as a bug.
function refuseIncomplete(cause: unknown): never {
  throw new AppError("json_parse_error", { reason: "incomplete_body" }, { cause });
}

function assertJson(request: Request): void {
  const mediaType = mediaTypeOf(request);
  if (!isUtf8Json(mediaType)) throw new AppError("unsupported_media_type", { mediaType });
}

function mediaTypeOf(request: Request): string {
  return request.headers.get("content-type") ?? "";
}

function parseForm(bytes: Buffer): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(bytes.toString()));
}

// A decoder writes U+FFFD in the place of bytes that are not UTF-8: different passwords would become the same. As a lone
// surrogate the field's own rule refuses it, as it does in JSON.
function withoutLostBytes(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.replaceAll("\ufffd", "\ud800")]));
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  let text: string;
  try {
    // A byte order mark is not JSON (RFC 8259 §8.1): parsers disagree about it, so it is kept and refused.
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new AppError("json_parse_error", { reason: "not_utf8" }, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("json_parse_error", describe(cause), { cause });
  }
}

// The engine's message quotes the body, which may hold a password: only the position is taken from it.
function describe(error: unknown): JsonProblem {
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? { reason: "incomplete_value" } : { reason: "unexpected_character", position: Number(position) };
}

function toObject(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  const problem: Problem = value === null ? { code: "no_data" } : { code: "not_an_object", type: pythonType(value) };
  throw new AppError("invalid_input", { fields: { non_field_errors: [problem] } });
}

// Django REST Framework's messages, which clients parse, name Python's types.
function pythonType(value: unknown): string {
  if (Array.isArray(value)) return "list";
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  return Number.isInteger(value) ? "int" : "float";
}
