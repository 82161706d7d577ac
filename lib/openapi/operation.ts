import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { credentialsOf, type Declaration, refusalsOf } from "#lib/http/declaration.ts";
import { describeSchema, type JsonSchema } from "./json-schema.ts";
import { documentRefusals } from "./refusals.ts";

type Content = { "application/json": { schema: JsonSchema; examples: Record<string, { value: unknown }> } };
export type Header = { required?: boolean; description?: string; schema: JsonSchema };
export type Answered = { description: string; headers: Record<string, Header>; content?: Content };
export type Parameter = { name: string; in: "path" | "query"; required: boolean; description: string; schema: JsonSchema };
export type Operation = {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  parameters?: Parameter[];
  security: Record<string, []>[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, Answered>;
};

/** What an endpoint's declaration says, as an operation of the document. */
export function operation(method: string, declaration: Declaration): Omit<Operation, "operationId" | "tags"> {
  const { summary = "", description = "", answers = { 200: z.unknown() } } = declaration;
  const { params, query, body } = declaration;
  const fields = z.object({ ...params?.shape, ...query?.shape, ...(body instanceof z.ZodObject ? body.shape : {}) });
  const responses = documentRefusals(refusalsOf(method, declaration), fields);
  for (const [status, schema] of Object.entries(answers)) responses[status] = answered(Number(status), declaration, schema);
  // A refusal of dead credentials clears their cookies.
  if (credentialsOf(declaration).includes("refresh")) Object.assign(responses["401"]?.headers ?? {}, setCookie(false));
  if (method === "HEAD") for (const response of Object.values(responses)) delete response.content;
  return {
    summary: method === "HEAD" ? `${summary}, without a body` : summary,
    description,
    security: security(declaration),
    ...parametersOf(params, query),
    ...(body ? { requestBody: { required: !body.safeParse({}).success, content: content(body, "input") } } : {}),
    responses,
  };
}

/** The parameters of a path and of a query. */
export function parametersOf(params = z.object({}), query = z.object({})): { parameters?: Parameter[] } {
  const parameters = [...describeParameters(params, "path"), ...describeParameters(query, "query")];
  return parameters.length === 0 ? {} : { parameters };
}

function describeParameters(parameters: z.ZodObject, place: Parameter["in"]): Parameter[] {
  const { properties = {}, required = [] } = describeSchema(parameters, "input").schema as {
    properties?: Record<string, JsonSchema & { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description = "", ...schema }]) => {
    return { name, in: place, required: required.includes(name), description, schema };
  });
}

/** An answer of this status. */
export function answered(status: number, { setsCookies }: Declaration = {}, schema: z.ZodType | null = null): Answered {
  const retryAfter = status === 503 ? { "retry-after": { required: true, schema: { type: "string", pattern: "^\\d+$" } } } : {};
  const location = status === 302 ? { location: { required: true, schema: { type: "string", format: "uri" } } } : {};
  return {
    description: STATUS_CODES[status] ?? "",
    headers: { ...location, ...(setsCookies ? setCookie(true) : {}), ...retryAfter },
    ...(schema ? { content: content(schema, "output") } : {}),
  };
}

function content(body: z.ZodType, io: "input" | "output"): Content {
  const { schema, example } = describeSchema(body, io);
  return { "application/json": { schema, examples: { example: { value: example ?? null } } } };
}

function setCookie(required: boolean): Record<string, Header> {
  const description = "Both cookies of the session, one in each header: `HttpOnly; SameSite=Lax; Path=/`, on https `Secure`";
  return { "set-cookie": { required, description, schema: { type: "string" } } };
}

// Any one of these is enough. OpenAPI has no scheme for a token in a body: the empty object stands for it.
function security(declaration: Declaration): Record<string, []>[] {
  const credentials = credentialsOf(declaration);
  return [
    ...(credentials.includes("access") ? [{ accessCookie: [] as [] }, { bearer: [] as [] }] : []),
    ...(credentials.includes("refresh") ? [{ refreshCookie: [] as [] }] : []),
    ...(credentials.length > 0 && declaration.body ? [{}] : []),
  ];
}
