import "server-only";

import type { JsonSchema } from "./json-schema.ts";

/**
 * The schema of all values that are like this one: the same in every word, but for what stands in for something else.
 * @param free texts and numbers in `sample` that others may take the place of
 */
export function schemaLike(sample: unknown, free: (string | number)[]): JsonSchema {
  if (typeof sample === "string") return schemaOfText(sample, free);
  if (Array.isArray(sample)) return { type: "array", items: schemaLike(sample[0], free), minItems: 1 };
  const entries = Object.entries(sample as Record<string, unknown>);
  const properties = Object.fromEntries(entries.map(([name, value]) => [name, schemaLike(value, free)]));
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

function schemaOfText(text: string, free: (string | number)[]): JsonSchema {
  // The longest first: 900 before the 90 in it.
  const replaceable = new Map(free.map((value) => [String(value), typeof value === "number" ? "\\d+" : ".*"]));
  const parts = [...replaceable.keys()].sort((a, b) => b.length - a.length).map(literally);
  if (parts.length === 0) return { type: "string", const: text };
  const pieces = text.split(new RegExp(`(${parts.join("|")})`));
  if (pieces.length === 1) return { type: "string", const: text };
  return { type: "string", pattern: `^${pieces.map((piece) => replaceable.get(piece) ?? literally(piece)).join("")}$` };
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
