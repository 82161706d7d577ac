import "server-only";

import { z } from "zod";
import { config } from "#lib/config.ts";

/** A part of JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = { [keyword: string]: unknown };

type Override = NonNullable<Parameters<typeof z.toJSONSchema>[1]>["override"];

/**
 * A zod schema as JSON Schema, with an example.
 * @param io "input" describes what a client sends, before any transform
 */
export function describeSchema(schema: z.ZodType, io: "input" | "output"): { schema: JsonSchema; example: unknown } {
  // zod omits examples where a transform follows. Ours are examples of the input.
  const override: Override = ({ zodSchema, jsonSchema }) => {
    const { examples, settings } = z.globalRegistry.get(zodSchema) ?? {};
    if (Array.isArray(examples)) jsonSchema.examples = examples;
    if (settings) Object.assign(jsonSchema, settings(config(), jsonSchema), { settings: undefined });
  };
  const { $schema, ...described } = z.toJSONSchema(schema, { io, override }) as JsonSchema;
  return { schema: described, example: exampleOf(described, definitionsOf(described)) };
}

/** Moves every named schema into `into`, and its references to where a document keeps its components. */
export function hoistDefinitions(value: unknown, into: Record<string, JsonSchema>): unknown {
  if (Array.isArray(value)) return value.map((item) => hoistDefinitions(item, into));
  if (typeof value !== "object" || value === null) return value;
  const { $defs, ...rest } = value as JsonSchema;
  for (const [name, schema] of Object.entries($defs ?? {})) into[name] = hoistDefinitions(schema, into) as JsonSchema;
  const entries = Object.entries(rest).map(([name, inner]) => [name, hoistReference(name, hoistDefinitions(inner, into))]);
  return Object.fromEntries(entries);
}

function hoistReference(name: string, value: unknown): unknown {
  return name === "$ref" && typeof value === "string" ? value.replace("#/$defs/", "#/components/schemas/") : value;
}

function definitionsOf(schema: JsonSchema): Record<string, JsonSchema> {
  return (schema.$defs ?? {}) as Record<string, JsonSchema>;
}

// The example of several forms is that of the first; an object's has its required properties alone.
function exampleOf(schema: JsonSchema, definitions: Record<string, JsonSchema>): unknown {
  if (typeof schema.$ref === "string") return exampleOf(definitions[schema.$ref.replace("#/$defs/", "")] ?? {}, definitions);
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.examples)) return schema.examples[0];
  if (Array.isArray(schema.anyOf)) return exampleOf(schema.anyOf[0], definitions);
  if (schema.type !== "object") return PLAIN_EXAMPLES[String(schema.type)];
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const required = (schema.required ?? []) as string[];
  return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {}, definitions)]));
}

const PLAIN_EXAMPLES: Record<string, unknown> = { string: "text", integer: 1, number: 1, boolean: true, array: [] };
