import { z } from "zod";

// What the OpenAPI 3.1.1 specification says of the objects that our document uses; a field that it does not know is an error.

const jsonSchema: z.ZodType = z.lazy(() =>
  z
    .strictObject({
      $ref: z.string().regex(/^#\/components\/schemas\/\w+$/),
      type: z.enum(["object", "array", "string", "integer", "number", "boolean", "null"]),
      properties: z.record(z.string(), jsonSchema),
      additionalProperties: z.union([z.boolean(), jsonSchema]),
      required: z.array(z.string()).refine((names) => new Set(names).size === names.length),
      items: jsonSchema,
      anyOf: z.array(jsonSchema).min(2),
      const: z.unknown(),
      pattern: z.string().refine((pattern) => ["", "u", "v"].every((flag) => new RegExp(pattern, flag))),
      // JSON Schema 2020-12 validation §7.3, and OpenAPI's own.
      format: z.enum(["date", "idn-email", "password"]),
      description: z.string(),
      examples: z.array(z.unknown()).min(1),
      ...Object.fromEntries(
        ["minLength", "maxLength", "minItems", "minProperties", "minimum", "maximum", "exclusiveMinimum"].map((keyword) => [
          keyword,
          z.int(),
        ]),
      ),
    })
    .partial(),
);

const content = z.strictObject({
  "application/json": z.strictObject({
    schema: jsonSchema,
    examples: z.record(z.string().regex(/^[\w.-]+$/), z.strictObject({ value: z.unknown() })),
  }),
});
const header = z.strictObject({ required: z.boolean().optional(), description: z.string().optional(), schema: jsonSchema });
const responses = z.record(
  z.string().regex(/^[1-5]\d\d$/),
  z.strictObject({
    description: z.string().min(1),
    headers: z.record(z.string().regex(/^[a-z-]+$/), header),
    content: content.optional(),
  }),
);
const operation = z.strictObject({
  operationId: z.string().regex(/^[a-zA-Z]+$/),
  tags: z.tuple([z.string()]),
  summary: z.string(),
  description: z.string(),
  security: z.array(z.record(z.string(), z.tuple([]))),
  requestBody: z.strictObject({ required: z.boolean(), content }).optional(),
  responses,
});
const extension = z.strictObject({ responses });
const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;
const pathItem = z.strictObject({
  ...(Object.fromEntries(methods.map((method) => [method, operation.optional()])) as Record<string, z.ZodType>),
  "x-any-other-method": extension,
});
const securityScheme = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("apiKey"),
    in: z.enum(["cookie", "header", "query"]),
    name: z.string(),
    description: z.string(),
  }),
  z.strictObject({ type: z.literal("http"), scheme: z.string(), bearerFormat: z.string(), description: z.string() }),
]);

/** The document, as the specification has it: its fields, references that lead somewhere, and names that are unique. */
export const openApi31 = z
  .strictObject({
    openapi: z.literal("3.1.1"),
    info: z.strictObject({
      title: z.string(),
      version: z.string(),
      description: z.string(),
      contact: z.strictObject({ name: z.string() }),
      license: z.strictObject({ name: z.string(), identifier: z.string() }),
    }),
    tags: z.array(z.strictObject({ name: z.string(), description: z.string() })),
    servers: z.tuple([z.strictObject({ url: z.literal("/") })]),
    paths: z.record(z.string().regex(/^\/[\w./-]*$/), pathItem),
    components: z.strictObject({
      schemas: z.record(z.string().regex(/^[\w.-]+$/), jsonSchema),
      securitySchemes: z.record(z.string(), securityScheme),
    }),
    "x-any-other-path": extension,
  })
  .superRefine((document, context) => {
    const text = JSON.stringify(document);
    const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = ""]) => name);
    for (const name of all(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      if (!(name in document.components.schemas)) context.addIssue(`${name} leads nowhere`);
    const ids = all(/"operationId":"(\w+)"/g);
    for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) context.addIssue(`two operations are called ${id}`);
    for (const [, scheme = ""] of text.matchAll(/"security":\[(?:[^\]]|\[\])*?"(\w+)":\[\]/g))
      if (!(scheme in document.components.securitySchemes)) context.addIssue(`${scheme} is no security scheme`);
  });
