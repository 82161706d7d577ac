import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "playwright/test";
import { ORIGIN as PROVIDERS_ORIGIN } from "#e2e/providers/browser.ts";
import { comeBack, newVisitor } from "#e2e/providers/visitor.ts";
import { walk } from "#e2e/providers/walk.ts";
import { logIn, PASSWORD, send, signUp } from "./client.ts";
import { withDatabase } from "./harness.ts";
import { type Mail, readMail } from "./mailbox.ts";
import { addPasskey } from "./passkeys.ts";
import { enrol } from "./second-factor.ts";
import { newAuthenticator } from "./software-authenticator.ts";

const LETTERS = join(import.meta.dirname, "..", "lib", "mail", "letters");
const FIREFOX = { "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0" };
/** One letter with words for each change. */
const CHANGES = "way_in_changed";
const NEW_PASSWORD = "the-hidden-fortress-1958";

/** A life of an account in which every kind of mail is sent, each here with its kind, and those of changes with their subject. */
async function receiveEveryLetter(origin: string): Promise<Record<string, Mail>> {
  const letters: Record<string, Mail> = {};
  const receive = async (address: string) => {
    const mail = await readMail(address);
    const kind = await kindOf(mail);
    letters[kind === CHANGES ? `${kind} ${mail.subject}` : kind] = mail;
    return mail;
  };
  const post = async (path: string, json: object, cookies = {}) => {
    const answer = await send(origin, "POST", path, { json, cookies, headers: FIREFOX });
    expect(answer.status, `${path}: ${answer.text}`).toBe(200);
    return answer;
  };
  const { username, email } = await signUp(origin);
  await receive(email);
  const { cookies } = await post("/api/token/", { username, password: PASSWORD });
  await receive(email);
  const visitor = newVisitor(PROVIDERS_ORIGIN, cookies);
  const { json } = await visitor.send("POST", "/api/user/providers/oidc/");
  await comeBack(visitor, await walk(json.url, username));
  await receive(email);
  expect((await visitor.send("DELETE", "/api/user/providers/oidc/")).status).toBe(204);
  await receive(email);
  await changeFactors(origin, cookies, () => receive(email));
  const moved = `moved-${email}`;
  await post("/api/user/email/", { email: moved }, cookies);
  await post("/api/user/email/confirm/", { token: (await receive(moved)).token }, cookies);
  const changed = await receive(email);
  await post("/api/user/password/", { current_password: PASSWORD, new_password: NEW_PASSWORD }, cookies);
  await receive(moved);
  await post("/api/user/password/reset/", { email: moved });
  await post("/api/user/password/reset/confirm/", { token: (await receive(moved)).token, new_password: PASSWORD });
  await receive(moved);
  await post("/api/user/email/undo/", { token: changed.token });
  const { token } = await receive(email);
  await post("/api/user/password/reset/confirm/", { token, new_password: PASSWORD });
  await receive(email);
  const last = await logIn(origin, { username, password: PASSWORD });
  const deleted = await send(origin, "DELETE", "/api/user/account/", { cookies: last.cookies });
  expect(deleted.status).toBe(204);
  await receive(email);
  return letters;
}

/** Adds, uses and removes codes and a passkey. After each change of them a mail comes. */
async function changeFactors(origin: string, cookies: Record<string, string>, receive: () => Promise<Mail>): Promise<void> {
  const change = async (method: string, path: string, json?: object) => {
    const answer = await send(origin, method, path, { cookies, json, headers: FIREFOX });
    expect(answer.status, `${path}: ${answer.text}`).toBeLessThan(300);
    await receive();
    return answer.json;
  };
  await enrol(origin, cookies);
  await receive();
  const { recovery_codes } = await change("POST", "/api/user/recovery-codes/");
  await change("POST", "/api/user/reauthenticate/", { code: recovery_codes[0] });
  await change("DELETE", "/api/user/totp/");
  const { json } = await addPasskey(origin, cookies, newAuthenticator(), { name: "My phone" });
  await receive();
  await change("DELETE", `/api/user/passkeys/${json.id}/`);
}

/** What the outbox calls it. */
async function kindOf({ messageId }: Mail): Promise<string> {
  const [, id] = /^<([\w-]+)@/.exec(messageId) ?? [];
  const find = "select kind from mails where id = $1";
  const [row] = await withDatabase(process.env.TEST_DATABASE_URL ?? "", (query) => query(find, [id]));
  return String(row?.kind);
}

const addressesIn = (text: string) => new Set(text.match(/https?:\/\/[^\s"<>]+/g) ?? []);

test.describe("every letter", () => {
  test.describe.configure({ mode: "serial" });
  let letters: Record<string, Mail>;

  test("arrives, says the same in text and HTML, and what to do if it was not you", async ({ baseURL }) => {
    letters = await receiveEveryLetter(baseURL ?? "");
    const files = (await readdir(LETTERS)).map((file) => file.replace(".ts", "").replaceAll("-", "_"));
    const kinds = new Set(Object.keys(letters).map((key) => key.split(" ")[0]));
    expect([...kinds].sort()).toEqual(files.sort());
    const changes = await readFile(join(LETTERS, "way-in-changed.ts"), "utf8");
    const worded = changes.match(/^ {2}\w+: \(.*\): Words => /gm) ?? [];
    expect(Object.keys(letters).filter((key) => key.startsWith(CHANGES))).toHaveLength(worded.length);
    for (const [kind, { subject, text, html }] of Object.entries(letters)) {
      expect(subject, kind).toMatch(/^[^\r\n]{10,60}$/);
      expect(addressesIn(html), kind).toEqual(addressesIn(text));
      expect(html, kind).toContain('<html lang="en" dir="ltr"');
      expect(html, kind).not.toMatch(/<(img|link|script|style|iframe|object)\b|url\(|\b(src|srcset|background|poster)=/);
      expect(text, kind).toMatch(/\b(if it was not you|if you did not|have no account here)\b/i);
    }
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`loads nothing, and is readable in ${colorScheme}, from 320 px to 1,000 px wide`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme });
      const page = await context.newPage();
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      for (const [kind, { html }] of Object.entries(letters)) {
        await page.setContent(html);
        for (const width of [1_000, 320]) {
          await page.setViewportSize({ width, height: 900 });
          expect(await page.evaluate(() => document.documentElement.scrollWidth), kind).toBeLessThanOrEqual(width);
          const name = `${kind.replaceAll(/\W+/g, "-")}-${colorScheme}-${width}.png`;
          await page.screenshot({ path: test.info().outputPath(name), fullPage: true });
        }
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [kind, id, nodes.map(({ html: node }) => node)])).toEqual([]);
      }
      expect(requests).toEqual([]);
      await context.close();
    });
  }
});
