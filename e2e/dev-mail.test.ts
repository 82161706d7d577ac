import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { send, signUp } from "./client.ts";
import { eventually, startPostgres, type TestPostgres, withDatabase } from "./harness.ts";
import { childrenOf, type Launched, launch } from "./launch.ts";
import { hasNginx, startNginx, type TestNginx } from "./nginx-server.ts";

// The page that shows mails where there is no mail server. Its links open accounts.

let postgres: TestPostgres;
let server: Launched;
let origin = "";
beforeAll(async () => {
  postgres = await startPostgres();
  // At a terminal, as a developer has it.
  const command = ["script", "-qefc", "npm start", "/dev/null"];
  server = launch({ DATABASE_URL: postgres.url, MAIL_PAGE: "on", TERM: "dumb", WEB_CONCURRENCY: "1" }, { command });
  origin = await server.origin;
});
afterAll(async () => {
  const [shell = 0] = await childrenOf(server.pid);
  process.kill(-shell, "SIGINT");
  await server.ended;
  await postgres.stop();
});

const shown = () => stripVTControlCharacters(server.output());
const page = (headers: Record<string, string> = {}, path = "/dev/mail") => send(origin, "GET", path, { headers });

test("this machine sees each mail in a frame and as text, with its link as a button; the terminal prints the link", async () => {
  // A terminal hands a text on in pieces.
  await eventually(() => /^ {2}Mail {7}http:\/\/localhost:\d+\/dev\/mail\r?$/m.test(shown()));
  const { email } = await signUp(origin);
  const line = new RegExp(
    `Mail to ${email}: Welcome to MovieConnect[^\\n]*?, (http://localhost:\\d+/confirm-email#token=\\S+)\\s`,
  );
  await eventually(() => line.test(shown()));
  const [, printed = ""] = line.exec(shown()) ?? [];
  expect(new URL(printed).port).toBe(new URL(origin).port);
  const confirmed = await send(origin, "POST", "/api/user/email/confirm/", { json: { token: printed.split("token=")[1] } });
  expect(confirmed.status).toBe(200);

  const { email: second } = await signUp(origin);
  await eventually(async () => (await page()).text.includes(second));
  const { status, text, headers } = await page();
  expect([status, headers["cache-control"]]).toEqual([200, expect.stringContaining("no-store")]);
  const [, link = ""] = /<a class="button" href="([^"]*#token=[^"]*)"/.exec(text) ?? [];
  const [, frame = ""] = /<iframe[^>]* src="(\/dev\/mail\/[\w-]+)"/.exec(text) ?? [];
  expect(text).toMatch(/<iframe[^>]* sandbox=""/);
  const shownInFrame = await page({}, frame);
  expect(shownInFrame.status).toBe(200);
  expect(shownInFrame.headers["content-security-policy"]).toMatch(
    /^sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'/,
  );
  expect(shownInFrame.text).toContain("Confirm my address");
  expect(link).toContain("/confirm-email#token=");
});

test("the page and its frames are not found by everyone else: other names, proxies, other machines", async () => {
  await signUp(origin);
  await eventually(async () => (await page()).text.includes("<iframe"));
  const [, frame = ""] = /src="(\/dev\/mail\/[\w-]+)"/.exec((await page()).text) ?? [];
  expect(frame).not.toBe("");
  const { port } = new URL(origin);
  for (const headers of [
    { host: "movies.example" },
    { host: `localhost.movies.example:${port}` },
    { "x-forwarded-for": "127.0.0.1" },
    { forwarded: "for=127.0.0.1" },
    { "x-forwarded-host": "localhost" },
    { "x-real-ip": "127.0.0.1" },
    { via: "1.1 proxy" },
  ]) {
    for (const path of ["/dev/mail", "/dev/mail/", frame]) {
      const { status, text } = await page(headers as Record<string, string>, path);
      expect([path, headers, status]).toEqual([path, headers, 404]);
      expect(text).not.toMatch(/token=|@example\.com/);
    }
  }
});

test.runIf(hasNginx())("the page is not found through Nginx", async () => {
  const nginx: TestNginx = await startNginx({ mode: "development", upstreams: [new URL(origin).host] });
  try {
    expect((await send(nginx.http, "GET", "/dev/mail")).status).toBe(404);
  } finally {
    await nginx.stop();
  }
});

test("where mails are sent, there is no such page", async () => {
  expect((await send(inject("origin"), "GET", "/dev/mail")).status).toBe(404);
});

test("what is shown is kept for the page, and no link is stored", async () => {
  const rows = await withDatabase(postgres.directUrl, (query) => query("select * from mails"));
  expect(rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(rows)).not.toMatch(/token|http/);
});
