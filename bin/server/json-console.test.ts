import { expect, test } from "vitest";
import { runModule } from "#e2e/run-module.ts";

const SETTINGS = { DATABASE_URL: "postgres://localhost/none", AUTH_SECRET: "a-secret-0123456789-0123456789-a-secret" };

/** The lines that a process writes to stdout, and how it ended. */
async function logged(source: string, { isDev = false } = {}) {
  const preamble = `
    import { logConsoleAsJson } from "#bin/server/json-console.ts";
    import { withRequest } from "#lib/observe/request-context.ts";
    logConsoleAsJson(${isDev});`;
  const { status, stdout, stderr } = await runModule(preamble + source, SETTINGS).ended;
  return {
    status,
    stderr,
    lines: stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line)),
  };
}

test("what is said to the console becomes a line of the log, with its level, the process and no colours", async () => {
  const { lines, status } = await logged(`
    console.debug("%s has %d seats", "hall", 3);
    console.log("one\\ntwo");
    console.info("info");
    console.warn("\\u001b[33mwarned\\u001b[0m");
    console.error({ a: 1 });
    process.emitWarning("a warning of Node's");`);
  expect(status).toBe(0);
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [20, "hall has 3 seats"],
    [30, "one\ntwo"],
    [30, "info"],
    [40, "warned"],
    [50, "{ a: 1 }"],
    [40, expect.stringMatching(/^Warning: a warning of Node's\n/)],
  ]);
  for (const line of lines) expect(line).toEqual(expect.objectContaining({ time: expect.any(Number), pid: expect.any(Number) }));
});

test("a line names the request that it is about", async () => {
  const { lines } = await logged('withRequest({ requestId: "an-id" }, () => console.log("inside")); console.log("outside");');
  expect(lines.map(({ msg, request_id }) => [msg, request_id])).toEqual([
    ["inside", "an-id"],
    ["outside", undefined],
  ]);
});

test("of an error only the stack is logged, in development all of it", async () => {
  const source = 'console.error("failed:", Object.assign(new Error("a fault"), { detail: "what-a-user-sent" }));';
  const [production, development] = await Promise.all([logged(source), logged(source, { isDev: true })]);
  expect(production.lines[0].msg).toMatch(/^failed: Error: a fault\n +at /);
  expect(production.lines[0].msg).not.toContain("what-a-user-sent");
  expect(development.lines[0].msg).toContain("what-a-user-sent");
});

test("an uncaught error is one line, and ends the process with status 1", async () => {
  const { status, stderr, lines } = await logged('setTimeout(() => { throw new Error("a fault"); });');
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  expect(lines).toEqual([expect.objectContaining({ level: 50, msg: expect.stringMatching(/^Error: a fault\n/) })]);
});
