import type { RouteHandlers } from "#lib/http/route.ts";
import { type OpenApi, openApi } from "#lib/openapi/document.ts";

// Whoever adds a route.ts has added it to the document. Not eager: one of them answers with the document itself.
const modules = import.meta.glob<RouteHandlers>(["./**/route.ts"]);

/** Paths in the order in which a client comes by them; the others follow. */
const FIRST = ["/api/user/signup", "/api/token", "/api/user/profile", "/api/token/refresh", "/api/user/logout"];

let assembled: Promise<OpenApi> | undefined;

/** The API's OpenAPI document, out of what every route.ts below this directory declares. */
export function apiDocument(): Promise<OpenApi> {
  assembled ??= assemble();
  return assembled;
}

async function assemble(): Promise<OpenApi> {
  const loaded = await Promise.all(Object.entries(modules).map(async ([file, load]) => [file, (await load()).GET] as const));
  // The one without a declaration answers for all paths that are nobody's.
  const routes = loaded.flatMap(([file, { declared }]) => (declared ? [[pathOf(file), declared] as const] : []));
  const rank = (path: string) => (FIRST.includes(path) ? FIRST.indexOf(path) : FIRST.length);
  return openApi(new Map(routes.sort(([a], [b]) => rank(a) - rank(b))));
}

// ./user/signup/route.ts is /api/user/signup, with and without a slash at its end. In a document tools want none: to them
// the other form is another path.
function pathOf(file: string): string {
  return file.replace(/^\.\//, "/api/").replace(/\/route\.ts$/, "");
}
