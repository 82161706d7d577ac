import { beforeAll, expect, test } from "vitest";
import { runModule } from "#e2e/run-module.ts";

const SETTINGS = { DATABASE_URL: "postgres://localhost/none", AUTH_SECRET: "a-secret-0123456789-0123456789-a-secret" };
const FAULT = 'console.error("failed:", Object.assign(new Error("a fault"), { detail: "what-a-user-sent" }));';

type Logged = { status: number | null; stderr: string; lines: Record<string, unknown>[] };

/** The lines that a process writes to stdout, and how it ended. */
async function logged(source: string, { isDev = false } = {}): Promise<Logged> {
  const preamble = `
    import { logConsoleAsJson } from "#bin/server/json-console.ts";
    import { withRequest } from "#lib/observe/request-context.ts";
    logConsoleAsJson(${isDev});`;
  const { status, stdout, stderr } = await runModule(preamble + source, SETTINGS).ended;
  const written = stdout.split("\n").slice(0, -1);
  return { status, stderr, lines: written.map((line) => JSON.parse(line)) };
}

let production: Logged;
let development: Logged;
beforeAll(async () => {
  const source = `
    console.debug("%s has %d seats", "hall", 3);
    console.log("one\\ntwo");
    console.info("info");
    console.warn("\\u001b[33mwarned\\u001b[0m");
    withRequest({ requestId: "an-id" }, () => console.error({ a: 1 }));
    ${FAULT}
    process.emitWarning("a warning of Node's");
    setTimeout(() => { throw new Error("uncaught"); });`;
  [production, development] = await Promise.all([logged(source), logged(FAULT, { isDev: true })]);
});

test("what is said to the console becomes a line of the log, with its level, the process and no colours", () => {
  expect(production.lines.map(({ level, msg }) => [level, msg])).toEqual([
    [20, "hall has 3 seats"],
    [30, "one\ntwo"],
    [30, "info"],
    [40, "warned"],
    [50, "{ a: 1 }"],
    [50, expect.stringMatching(/^failed: Error: a fault\n +at /)],
    [40, expect.stringMatching(/^Warning: a warning of Node's\n/)],
    [50, expect.stringMatching(/^Error: uncaught\n/)],
  ]);
  for (const line of production.lines) expect(line).toMatchObject({ time: expect.any(Number), pid: expect.any(Number) });
});

test("a line names the request that it is about", () => {
  const ids = production.lines.map(({ request_id }) => request_id);
  expect(ids.filter(Boolean)).toEqual(["an-id"]);
  expect(ids.indexOf("an-id")).toBe(4);
});

test("of an error only the stack is logged, in development all of it", () => {
  expect(JSON.stringify(production.lines)).not.toContain("what-a-user-sent");
  expect(development.lines[0]?.msg).toContain("what-a-user-sent");
});

test("an uncaught error ends the process with status 1, and nothing goes to stderr", () => {
  expect([production.status, production.stderr]).toEqual([1, ""]);
});
