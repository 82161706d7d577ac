import "server-only";

import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { credentialsOf, type Declaration, refusalsOf } from "#lib/http/declaration.ts";
import { describeSchema, hoistDefinitions, type JsonSchema } from "./json-schema.ts";
import { describeRefusal, documentRefusals, refusalSchemas } from "./refusals.ts";

// OpenAPI 3.1.1: https://spec.openapis.org/oas/v3.1.1

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
export type OpenApi = {
  openapi: string;
  info: { title: string; version: string; description: string; contact: { name: string }; license: object };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, JsonSchema> };
};

const DESCRIPTION = [
  "Every path answers with and without the trailing slash.",
  "Refusals come in this order: 404, 405, 403, 429, 401, 415, 413, 400.",
  "No answer may be stored (`Cache-Control: no-store`).",
  "A body is a JSON object of at most 16 KiB; an empty one counts as `{}`, and unknown fields are ignored.",
  "On https the cookies' names begin with `__Host-`.",
].join(" ");

const SECURITY_SCHEMES = {
  accessCookie: { type: "apiKey", in: "cookie", name: "access_token", description: "On https: `__Host-access_token`" },
  bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "An access token" },
  refreshCookie: { type: "apiKey", in: "cookie", name: "refresh_token", description: "On https: `__Host-refresh_token`" },
};

/** Builds the API's document from the routes' declarations. */
export function openApi(routes: Map<string, Map<string, Declaration>>): OpenApi {
  const schemas = refusalSchemas();
  const paths = Object.fromEntries([...routes].map(([path, declared]) => [path, pathItem(path, declared)]));
  const document = {
    openapi: "3.1.1",
    info: {
      title: "MovieConnect",
      version: "1",
      description: DESCRIPTION,
      contact: { name: "MovieConnect" },
      // The license of package.json.
      license: { name: "UNLICENSED", identifier: "LicenseRef-UNLICENSED" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set([...routes.keys()].map(tagOf))].map((name) => ({ name, description: `All below \`/api/${name}\`` })),
    paths: hoistDefinitions(paths, schemas),
    components: { schemas, securitySchemes: SECURITY_SCHEMES },
    "x-any-other-path": { responses: describeRefusal("not_found") },
  };
  return document as OpenApi;
}

function pathItem(path: string, declared: Map<string, Declaration>) {
  const operations = [...declared].map(([method, declaration]) => [
    method.toLowerCase(),
    { operationId: operationId(method, path), tags: [tagOf(path)], ...operation(method, declaration) },
  ]);
  const allow = { required: true, schema: { type: "string", const: [...declared.keys(), "OPTIONS"].join(", ") } };
  const options = {
    operationId: operationId("OPTIONS", path),
    tags: [tagOf(path)],
    summary: "The methods of this path",
    description: "The allowed methods, in `Allow`. There is no CORS: other sites may call nothing.",
    security: [],
    ...parametersOf([...declared.values()].find(({ params }) => params)?.params),
    responses: { "204": { ...answered(204), headers: { allow } }, ...documentRefusals(["internal"]) },
  };
  const others = { responses: describeRefusal("method_not_allowed") };
  Object.assign(others.responses["405"]?.headers ?? {}, { allow });
  return { ...Object.fromEntries(operations), options, "x-any-other-method": others };
}

function operation(method: string, declaration: Declaration): Omit<Operation, "operationId" | "tags"> {
  const { summary = "", description = "", answers = { 200: z.unknown() } } = declaration;
  const { params, query, body } = declaration;
  const fields = z.object({ ...query?.shape, ...(body instanceof z.ZodObject ? body.shape : {}) });
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

function parametersOf(params = z.object({}), query = z.object({})): { parameters?: Parameter[] } {
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

function answered(status: number, { setsCookies }: Declaration = {}, schema: z.ZodType | null = null): Answered {
  const retryAfter = status === 503 ? { "retry-after": { required: true, schema: { type: "string", pattern: "^\\d+$" } } } : {};
  return {
    description: STATUS_CODES[status] ?? "",
    headers: { ...(setsCookies ? setCookie(true) : {}), ...retryAfter },
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

// The tag of /api/user/signup is "user".
function tagOf(path: string): string {
  return path.split("/")[2] ?? "";
}

// The id of POST /api/user/signup is postUserSignup.
function operationId(method: string, path: string): string {
  const words = path.split(/\W/).filter((word) => word !== "" && word !== "api");
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join("");
}
