import type { Declaration } from "#lib/http/declaration.ts";
import type { RouteHandlers } from "#lib/http/route.ts";
import { type OpenApi, openApi } from "#lib/openapi/document.ts";

// Each route.ts is in the document as soon as it exists. Not eager: one of them answers with the document itself.
const modules = import.meta.glob<RouteHandlers & { GET: { below?: Map<string, Map<string, Declaration>> } }>(["./**/route.ts"]);

/** The paths that a client needs first, in that order; the others follow. */
const FIRST = ["/api/user/signup", "/api/token", "/api/user/profile", "/api/token/refresh", "/api/user/logout"];

let assembled: Promise<OpenApi> | undefined;

/** The API's OpenAPI document, made of what every route.ts below this directory declares. */
export function apiDocument(): Promise<OpenApi> {
  assembled ??= assemble();
  return assembled;
}

async function assemble(): Promise<OpenApi> {
  const loaded = await Promise.all(Object.entries(modules).map(async ([file, load]) => [file, (await load()).GET] as const));
  // The route without a declaration answers the paths that no other route has.
  const routes = loaded.flatMap(([file, { declared, below }]) => [
    ...(declared ? [[pathOf(file), declared] as const] : []),
    // One file for all paths of Auth.js
    ...[...(below ?? [])].map(([path, methods]) => [`${pathOf(file)}/${path}`, methods] as const),
  ]);
  const rank = (path: string) => (FIRST.includes(path) ? FIRST.indexOf(path) : FIRST.length);
  return openApi(new Map(routes.sort(([a], [b]) => rank(a) - rank(b))));
}

// ./user/sessions/[id]/route.ts is /api/user/sessions/{id}, with and without a slash at its end. The document has the form
// without: tools take the other form for another path.
function pathOf(file: string): string {
  return file
    .replace(/^\.\//, "/api/")
    .replace(/(?:\/\[\.{3}\w+\])?\/route\.ts$/, "")
    .replaceAll(/\[(\w+)\]/g, "{$1}");
}
