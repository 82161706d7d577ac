import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newSession, send } from "#e2e/client.ts";
import { eventually, startPostgres, type TestPostgres } from "#e2e/harness.ts";
import { childrenOf, isGroupRunning, type Launched, launch } from "#e2e/launch.ts";

// What `npm start` and `npm run dev` print at a terminal, and elsewhere. One after the other: two `npm run dev` of one
// directory exclude each other. On a database of its own: they also say what they find in it, and other tests' rows are there.

const isLinux = process.platform === "linux";
// The test runner's own settings of colours must not reach them.
const PLAIN = ["env", "-u", "FORCE_COLOR", "-u", "NO_COLOR", "-u", "CI"];

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

const settings = () => ({ TERM: "xterm-256color", DATABASE_URL: postgres.url, WEB_CONCURRENCY: "" });
const onTerminal = (command: string, variables: Record<string, string> = {}) =>
  launch({ ...settings(), ...variables }, { command: [...PLAIN, "script", "-qefc", command, "/dev/null"] });

/** As a Ctrl-C at the terminal does: signals all processes in its foreground. */
async function interrupt({ pid, ended }: Launched): Promise<void> {
  const [shell = 0] = await childrenOf(pid);
  process.kill(-shell, "SIGINT");
  await ended;
}

const shownBy = ({ output }: Launched) => stripVTControlCharacters(output()).replaceAll("\r", "");
const linesOf = (text: string, path: string) => text.split("\n").filter((line) => line.includes(path));

/** Requests a page, a file, an endpoint, and a path that does not exist. */
async function useApplication(server: Launched): Promise<void> {
  const origin = await server.origin;
  const { user, cookies } = await newSession(origin);
  await send(origin, "GET", "/login");
  await send(origin, "GET", "/icon.svg");
  const profile = await send(origin, "GET", "/api/user/profile/", { cookies });
  expect([profile.status, profile.json]).toEqual([200, { username: user.username }]);
  await send(origin, "GET", "/nothing");
  await eventually(() => server.output().includes("/nothing"));
}

test.runIf(isLinux)(
  "on a terminal npm start shows a banner, and below it each request and event as one readable line",
  async () => {
    const server = onTerminal("npm start", { WEB_CONCURRENCY: "2" });
    await useApplication(server);
    await interrupt(server);
    const shown = shownBy(server);
    expect(shown).not.toContain('{"');
    const [above = "", below = ""] = shown.split("Stop       Ctrl-C\n");
    expect(
      above
        .trim()
        .replace(/^> .*\n|^Building.*\n/gm, "")
        .trim(),
    ).toMatch(/^Note: SMTP_URL is not set, [^\n]+\n\n {2}MovieConnect is ready, with 2 workers\.\n\n {2}Open {7}http/);
    expect(above).toContain("API        http://localhost:");
    expect(linesOf(below, "/login")).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d GET \/login 200 \d+ ms$/)]);
    expect(linesOf(below, "/api/user/profile/")).toEqual([expect.stringMatching(/ GET \/api\/user\/profile\/ 200 \d+ ms$/)]);
    expect(linesOf(below, "login user_id=")).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d login user_id=\d+ session=[\w-]+$/),
    ]);
    expect(below).not.toContain("icon.svg");
    expect(server.output()).toContain("\x1b[32m200\x1b[39m");
  },
);

test.runIf(isLinux)("with NO_COLOR a terminal gets no colours", async () => {
  const server = onTerminal("NO_COLOR=1 npm start", { WEB_CONCURRENCY: "1" });
  await useApplication(server);
  await interrupt(server);
  expect(linesOf(server.output(), "/login")).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d GET \/login 200 \d+ ms\r$/)]);
});

test("elsewhere npm run dev logs each request once, and writes everything but its banner as JSON", async () => {
  const dev = launch(settings(), { command: [...PLAIN, "npm", "run", "dev"], ownGroup: true });
  await useApplication(dev);
  process.kill(-dev.pid, "SIGINT");
  await dev.ended;
  const [, below = ""] = dev.output().split("Stop       Ctrl-C\n");
  const lines = below
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const requests = lines.filter(({ event }) => event === "request").map(({ method, path }) => `${method} ${path}`);
  expect(requests).toEqual([
    "POST /api/user/signup/",
    "POST /api/token/",
    "GET /login",
    "GET /api/user/profile/",
    "GET /nothing",
  ]);
  expect(lines.filter(({ msg }) => String(msg).includes("/login 200"))).toEqual([]);
  expect(dev.output()).toContain("with hot reload");
  await eventually(async () => !(await isGroupRunning(dev.pid)));
});

test.runIf(isLinux)("on a terminal npm run dev shows each request once, and nothing of hot reload", async () => {
  const dev = onTerminal("npm run dev");
  await useApplication(dev);
  await interrupt(dev);
  const shown = shownBy(dev);
  expect(shown).not.toContain('{"');
  expect(shown).toContain("Account    npm run manage -- demo");
  // A slow compilation has a line of its own.
  expect(linesOf(shown, "GET /login ")).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d GET \/login 200 \d+ ms$/)]);
  expect(shown).not.toContain("icon.svg");
  expect(linesOf(shown, "/nothing")).toHaveLength(1);
});
