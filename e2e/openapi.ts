import { z } from "zod";
import { type Exchange, send } from "./client.ts";

// Reads the API's document as a client would that has nothing else.

type Json = Record<string, unknown>;
type Header = { required?: boolean; schema: Json };
type Answered = {
  headers?: Record<string, Header>;
  content?: Record<string, { schema: Json; examples: Record<string, { value: unknown }> }>;
};
export type Operation = {
  responses: Record<string, Answered>;
  requestBody?: unknown;
  security?: unknown[];
  [field: string]: unknown;
};
export type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json> };
  "x-any-other-path": Operation;
};

export async function fetchDocument(origin: string): Promise<Document> {
  return (await send(origin, "GET", "/api/openapi.json")).json;
}

/** How an answer of the API differs from the document: in its status, a header, its body. Empty for pages and moved paths. */
export function differences(document: Document, { method, path, answer }: Exchange): string[] {
  const [pathname = ""] = path.split("?", 1);
  if (!/^\/api(\/|$)/.test(pathname) || /^\/api\/docs\/?$/.test(pathname)) return [];
  const exchange = `${method} ${path} answered ${answer.status} ${answer.text.slice(0, 300)}`;
  const documented = operationOf(document, method, pathname).responses[answer.status];
  if (!documented) return [`${exchange}: the document has no such status`];
  const headers = Object.entries(documented.headers ?? {}).filter(([name, { required, schema }]) => {
    const value = answer.headers[name];
    return value === undefined ? required : ![value].flat().every((one) => isValid(document, schema, one));
  });
  const schema = documented.content?.["application/json"]?.schema;
  const isBodyRight = schema && method !== "HEAD" ? isValid(document, schema, answer.json) : answer.text === "";
  return [
    ...headers.map(([name]) => `${exchange}: the header ${name} is ${answer.headers[name]}`),
    ...(isBodyRight ? [] : [`${exchange}: the document has another body`]),
  ];
}

function operationOf(document: Document, method: string, pathname: string): Operation {
  const item = itemOf(document, pathname.replace(/([^/])\/$/, "$1"));
  if (!item) return document["x-any-other-path"];
  return (METHOD.test(method) ? item[method.toLowerCase()] : undefined) ?? (item["x-any-other-method"] as Operation);
}

function itemOf({ paths }: Document, pathname: string): Record<string, Operation> | undefined {
  const templates = Object.keys(paths).filter((path) => path.includes("{"));
  const found = templates.find((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathname));
  return paths[pathname] ?? paths[found ?? ""];
}

const METHOD = /^[A-Z]+$/;
const validators = new WeakMap<object, z.ZodType>();

/** Whether a value meets a schema of the document. */
export function isValid(document: Document, schema: Json, value: unknown): boolean {
  const validator = validators.get(schema) ?? z.fromJSONSchema(resolved(document, schema) as Json);
  validators.set(schema, validator);
  return validator.safeParse(value).success;
}

function resolved(document: Document, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(document, item));
  if (typeof value !== "object" || value === null) return value;
  const { $ref } = value as { $ref?: string };
  if ($ref !== undefined) return resolved(document, document.components.schemas[$ref.split("/").at(-1) ?? ""]);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(document, inner)]));
}
