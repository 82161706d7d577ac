import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type RouteOf = (url: string) => string;
type Manifest = { staticRoutes: { page: string }[]; dynamicRoutes: { page: string; regex: string }[] };

/**
 * Names a request's route for metrics and the log: an endpoint's pattern, "page", "static", or "other" for unknown paths. The
 * number of names is that of the build's endpoints, whatever clients request. Paths are compared as sent, neither decoded nor
 * normalised: each route has one path, with and without a trailing slash.
 * @param directory where `.next` and `public` are
 * @param isDev there is no list of routes: a path that looks like a file is "static", every other one is "other"
 * @throws {Error} if there is no build
 */
export function routeLabels(directory: string, isDev: boolean): RouteOf {
  if (isDev) return (url) => (isFile(url) ? "static" : "other");
  const { staticRoutes, dynamicRoutes } = readManifest(directory);
  const labels = new Map(readPublic(join(directory, "public")).map((file) => [encodeURI(`/${file}`), "static"]));
  for (const { page } of staticRoutes) if (!page.startsWith("/_")) labels.set(page, labelOf(page));
  const patterns = dynamicRoutes.map(({ page, regex }) => ({ label: labelOf(page), regex: new RegExp(regex) }));

  return (url) => {
    const [path = ""] = url.split("?", 1);
    if (path.startsWith("/_next/static/")) return "static";
    const plain = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
    return labels.get(plain) ?? patterns.find(({ regex }) => regex.test(plain))?.label ?? "other";
  };
}

// Next's development server has its own paths for the overlay and for hot reload.
function isFile(url: string): boolean {
  const [path = ""] = url.split("?", 1);
  return /^\/(_next|__nextjs)/.test(path) || (!path.startsWith("/api/") && /\.\w+$/.test(path));
}

function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, ".next", "routes-manifest.json"), "utf8"));
}

function labelOf(page: string): string {
  // The catch-all route, which answers unknown paths.
  if (page.includes("[[...")) return "other";
  if (page.startsWith("/api/")) return `${page}/`;
  return /\.\w+$/.test(page) ? "static" : "page";
}

function readPublic(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
}
