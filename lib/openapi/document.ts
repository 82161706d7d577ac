import "server-only";

import type { Declaration } from "#lib/http/declaration.ts";
import { hoistDefinitions, type JsonSchema } from "./json-schema.ts";
import { answered, type Operation, operation, parametersOf } from "./operation.ts";
import { describeRefusal, documentRefusals, refusalSchemas } from "./refusals.ts";

// OpenAPI 3.1.1: https://spec.openapis.org/oas/v3.1.1

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

// The tag of /api/user/signup is "user".
function tagOf(path: string): string {
  return path.split("/")[2] ?? "";
}

// The id of POST /api/user/signup is postUserSignup.
function operationId(method: string, path: string): string {
  const words = path.split(/\W/).filter((word) => word !== "" && word !== "api");
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join("");
}
