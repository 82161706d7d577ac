import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { newSession, PASSWORD, send, signUp } from "#e2e/client.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { loadedModules } from "#e2e/loaded-modules.ts";
import { type ReceivedSpan, type Receiver, startReceiver } from "#e2e/otlp-receiver.ts";

const SETTINGS = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), RATE_LIMITS: "on" };
const CALLER = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
/** W3C Trace Context §3.2.2: the version ff is invalid. */
const MALFORMED = traceparent.replace("00-", "ff-");

let receiver: Receiver;
let server: TestServer;
beforeAll(async () => {
  receiver = await startReceiver();
  server = await startServer({ ...SETTINGS, OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.endpoint}/` });
});
afterAll(() => {
  receiver.stop();
});

test("one trace holds a caller's request, its statements and its hash, and no secret, and is sent before the process ends", async () => {
  const { user, cookies } = await newSession(server.origin);
  const { username } = user;
  const login = await send(server.origin, "POST", "/api/token/?code=hush-hush", {
    json: { username, password: PASSWORD },
    headers: { traceparent, tracestate: "vendor=1" },
  });
  const wrong = await send(server.origin, "POST", "/api/token/", {
    json: { username, password: `${PASSWORD}-wrong` },
    headers: { traceparent: MALFORMED },
  });
  expect([login.status, wrong.status]).toEqual([200, 401]);
  for (const path of ["/login?next=hush-hush", "/", `/${cookies.access_token}`, "/api/health/ready/"]) {
    await send(server.origin, "GET", path, { cookies });
  }
  await send(server.origin, "POST", "/api/token/refresh/", { cookies });
  expect(await server.stop()).toBe(0);

  const spans = receiver.spans();
  const trace = spans.filter(({ traceId }) => traceId === CALLER.traceId);
  const root = trace.find(({ parentId }) => parentId === CALLER.spanId);
  expect(root).toMatchObject({ name: "POST /api/token", attributes: { "http.target": "/api/token/", "http.method": "POST" } });
  const below = trace.filter((span) => isBelow(span, root, trace));
  expect(below.map(({ name }) => name)).toEqual(expect.arrayContaining(["select", "insert", "compare a password"]));
  const statements = below.flatMap(({ attributes }) => attributes["db.query.text"] ?? []);
  expect(statements.length).toBeGreaterThanOrEqual(4);
  expect(statements.some((text) => /from users left join passwords .*username_key = \$1/.test(text))).toBe(true);
  for (const { attributes } of below.filter((span) => "db.query.text" in span.attributes)) {
    expect(attributes["db.system.name"]).toBe("postgresql");
  }
  // Probes and the application's own work begin no trace.
  const roots = spans.filter(({ parentId }) => parentId === "");
  // The first login, and the one with a malformed header, which continues nothing.
  expect(roots.filter(({ name }) => name === "POST /api/token")).toHaveLength(2);
  expect(roots.length).toBeGreaterThanOrEqual(6);
  for (const { attributes } of roots) expect(attributes["http.target"]).toMatch(/^\/(?!api\/health)/);

  const everything = receiver.raw().toString("latin1");
  expect(everything).toContain("movieconnect");
  const tokens = [...Object.values(cookies), ...Object.values(login.cookies), login.json.refresh];
  const signatures = tokens.map((token) => String(token).split(".")[2] ?? "");
  const secrets = [PASSWORD, username, user.email, "hush-hush", SETTINGS.AUTH_SECRET, ...tokens, ...signatures];
  for (const secret of secrets) expect(everything).not.toContain(secret);
});

test.each([
  ["that never answers", async () => startReceiver({ isMute: true })],
  ["that is not there", async () => ({ endpoint: "http://127.0.0.1:9", stop: () => undefined })],
])("an endpoint %s slows no request, and holds up no stop", async (_which, start) => {
  const { endpoint, stop } = await start();
  const settings = { ...SETTINGS, SHUTDOWN_DELAY_MS: "0" };
  // The second one, which has no endpoint, tells how fast this machine is.
  const [own, plain] = await Promise.all([
    startServer({ ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }),
    startServer(settings),
  ]);
  const { cookies } = await newSession(own.origin);
  const requestTo = async ({ origin }: TestServer) =>
    expect((await send(origin, "GET", "/api/user/profile/", { cookies })).status).toBe(200);
  const [times, usual]: [number[], number[]] = [[], []];
  for (let request = 0; request < 200; request += 1) {
    times.push(await timeOf(() => requestTo(own)));
    usual.push(await timeOf(() => requestTo(plain)));
  }
  const median = (of: number[]) => of.toSorted((a, b) => a - b)[100] ?? 0;
  expect(median(times)).toBeLessThan(Math.max(100, 3 * median(usual)));
  // None is as slow as one that waits for a collector, which has 5 s.
  expect(Math.max(...times)).toBeLessThan(4_500);
  const usualStop = await timeOf(() => plain.stop());
  expect(await timeOf(async () => expect(await own.stop()).toBe(0))).toBeLessThan(usualStop + 3_000);
  stop();
});

test("OpenTelemetry's SDK is loaded only with an endpoint", async () => {
  const packagesOf = async (variables: Record<string, string>) => {
    const modules = await loadedModules({ ...SETTINGS, ...variables }, async (origin) => {
      const user = await signUp(origin);
      expect((await send(origin, "POST", "/api/token/", { json: { ...user } })).status).toBe(200);
    });
    expect(modules.some((file) => file.includes("/prom-client/"))).toBe(true);
    return new Set(modules.flatMap((file) => /\/(@opentelemetry\/[^/]+)\//.exec(file)?.[1] ?? []));
  };
  // The API that libraries call is loaded, without an implementation.
  expect([...(await packagesOf({}))]).toEqual(["@opentelemetry/api"]);
  const packages = await packagesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" });
  expect([...packages]).toEqual(expect.arrayContaining(["@opentelemetry/sdk-trace", "@opentelemetry/exporter-trace-otlp-proto"]));
});

/** How many ms the work takes. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function isBelow(span: ReceivedSpan, root: ReceivedSpan | undefined, trace: ReceivedSpan[]): boolean {
  const parent = trace.find(({ spanId }) => spanId === span.parentId);
  return root !== undefined && parent !== undefined && (parent === root || isBelow(parent, root, trace));
}
