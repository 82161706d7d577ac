import "server-only";

import type { JsonSchema } from "./json-schema.ts";

/**
 * The schema of all values that equal `sample` except in its variable parts.
 * @param free the variable parts: texts and numbers in `sample` that can differ
 */
export function schemaLike(sample: unknown, free: (string | number)[]): JsonSchema {
  if (typeof sample === "string") return schemaOfText(sample, free);
  if (Array.isArray(sample) && sample.length === 0) return { type: "array", items: {}, maxItems: 0 };
  if (Array.isArray(sample)) return { type: "array", items: schemaLike(sample[0], free), minItems: 1 };
  const entries = Object.entries(sample as Record<string, unknown>);
  const properties = Object.fromEntries(entries.map(([name, value]) => [name, schemaLike(value, free)]));
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

function schemaOfText(text: string, free: (string | number)[]): JsonSchema {
  // The longest come first, so that 90 does not match within 900.
  const replaceable = new Map(free.map((value) => [String(value), typeof value === "number" ? "\\d+" : ".*"]));
  const parts = [...replaceable.keys()].sort((a, b) => b.length - a.length).map(escapeRegExp);
  if (parts.length === 0) return { type: "string", const: text };
  const pieces = text.split(new RegExp(`(${parts.join("|")})`));
  if (pieces.length === 1) return { type: "string", const: text };
  return { type: "string", pattern: `^${pieces.map((piece) => replaceable.get(piece) ?? escapeRegExp(piece)).join("")}$` };
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
