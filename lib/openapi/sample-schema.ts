import "server-only";

import type { JsonSchema } from "./json-schema.ts";

/**
 * The schema of all values that equal `sample` except in its variable parts. A list may hold any number of what the sample's holds.
 * @param free the variable parts: texts and numbers in `sample` that can differ
 */
export function schemaLike(sample: unknown, free: (string | number)[]): JsonSchema {
  if (typeof sample === "string") return schemaOfText(sample, free);
  if (Array.isArray(sample) && sample.length === 0) return { type: "array", items: {}, maxItems: 0 };
  if (Array.isArray(sample)) return { type: "array", items: oneOfThese(sample, free), minItems: 1 };
  const entries = Object.entries(sample as Record<string, unknown>);
  const properties = Object.fromEntries(entries.map(([name, value]) => [name, schemaLike(value, free)]));
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

function oneOfThese(samples: unknown[], free: (string | number)[]): JsonSchema {
  const schemas = samples.map((sample) => schemaLike(sample, free));
  return schemas.length === 1 && schemas[0] ? schemas[0] : { anyOf: schemas };
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
