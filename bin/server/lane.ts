import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { log } from "#lib/observe/log.ts";
import { currentRequest, type RequestContext } from "#lib/observe/request-context.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;
type Context = { waitUntil: (promise: Promise<unknown>) => void };
/** The function that Next builds of each route, for servers to call (Next's documentation: adapters, "Invoking Entrypoints"). */
type Entrypoint = (request: IncomingMessage, response: ServerResponse, context: Context) => Promise<void>;
type Routes = { staticRoutes: { page: string }[]; dynamicRoutes: { page: string; regex: string }[] };

// Without `requestMeta` an endpoint uses the settings of the Next server in this process, which logs nothing itself:
// lib/pages/failure.ts logs errors.
const CONTEXT: Context = {
  // As in Next's own server: work of `after()` runs beside the answers, and its failure is logged once.
  waitUntil: (promise) => void promise.catch((error) => console.error(error)),
};

/**
 * Calls the build's endpoints directly. Next's router takes longer than an endpoint, and decides nothing that admission.ts has
 * not decided. All other paths go to Next. If the build's output is not as expected, everything goes to Next, with a warning.
 * @param directory where `.next` is, and the working directory
 * @param next Next's own request handler, prepared: its instrumentation has run
 */
export async function openLane(directory: string, next: Handler): Promise<Handler> {
  try {
    const find = await loadEntrypoints(join(directory, ".next"));
    return (request, response) => {
      const entrypoint = find(request.url ?? "");
      if (!entrypoint) return next(request, response);
      // An error of the connection concerns its client alone. Without a listener it would end this process.
      response.on("error", () => undefined);
      // Next sends the headers first. An endpoint's answer is short, so that headers and body are sent in one write.
      response.flushHeaders = () => undefined;
      writeAnswer(request, response);
      return entrypoint(request, response, CONTEXT);
    };
  } catch (error) {
    log().warn({ err: error }, "the API goes through Next's router: the build has other entry points than expected");
    return next;
  }
}

// lib/http/json.ts leaves an answer's text here, and gives Next a response without a body. Next ends such a response at once.
function writeAnswer({ method }: IncomingMessage, response: ServerResponse): void {
  const context = currentRequest();
  if (context === undefined) return;
  const lane: NonNullable<RequestContext["lane"]> = {};
  context.lane = lane;
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.end = (...args: unknown[]) => {
    // Another status is another answer: Next has refused the request itself.
    const isOurs = args.length === 0 && lane.answer?.status === response.statusCode;
    if (isOurs && method !== "HEAD") response.write(lane.answer?.text);
    return end(...args);
  };
}

async function loadEntrypoints(build: string): Promise<(url: string) => Entrypoint | undefined> {
  const { staticRoutes, dynamicRoutes } = readJson<Routes>(join(build, "routes-manifest.json"));
  const paths = readJson<Record<string, string>>(join(build, "app-path-routes-manifest.json"));
  const files = readJson<Record<string, string>>(join(build, "server", "app-paths-manifest.json"));
  const entrypoints = new Map<string, Entrypoint>();
  for (const [name, path] of Object.entries(paths)) {
    if (name.endsWith("/route") && path.startsWith("/api/")) entrypoints.set(path, await load(build, files[name] ?? ""));
  }
  // A page below /api is included, without an entry point, so that no pattern matches it.
  const exact = new Map(staticRoutes.map(({ page }) => [page, entrypoints.get(page)]));
  const patterns = dynamicRoutes.map(({ page, regex }) => ({ regex: new RegExp(regex), entrypoint: entrypoints.get(page) }));
  const found = new Set([...exact.values(), ...patterns.map(({ entrypoint }) => entrypoint)]);
  const lost = [...entrypoints].filter(([, entrypoint]) => !found.has(entrypoint)).map(([path]) => path);
  if (entrypoints.size === 0 || lost.length > 0) throw new Error(`no route leads to ${lost.join(", ") || "any endpoint"}`);

  return (url) => {
    const [path = ""] = url.split("?", 1);
    const plain = path.endsWith("/") ? path.slice(0, -1) : path;
    return exact.has(plain) ? exact.get(plain) : patterns.find(({ regex }) => regex.test(plain))?.entrypoint;
  };
}

async function load(build: string, file: string): Promise<Entrypoint> {
  // The module of a route with a top-level await is a promise.
  const { handler } = await createRequire(join(build, "package.json"))(`./${join("server", file)}`);
  if (typeof handler !== "function") throw new Error(`${file} has no handler`);
  return handler;
}

function readJson<Content>(file: string): Content {
  return JSON.parse(readFileSync(file, "utf8"));
}
