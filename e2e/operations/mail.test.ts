import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SMTPServerOptions } from "smtp-server";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { freshName, send, signUp } from "#e2e/client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer, withDatabase } from "#e2e/harness.ts";
import { childrenOf, launch, signal } from "#e2e/launch.ts";
import { MAIL_FROM, type MailServer, startMailServer } from "#e2e/mail-server.ts";
import { readMail, unreadMail } from "#e2e/mailbox.ts";
import { hasPgBouncer, startPgBouncer } from "#e2e/pgbouncer-server.ts";
import { scrapeText } from "#e2e/scrape.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// The outbox and real mail servers: good ones, bad ones, and none.

const MANAGE = [process.execPath, "--import", "tsx", "bin/manage.ts"];
const SITE = "https://movies.example";

let postgres: TestPostgres;
let userId = 0;
beforeAll(async () => {
  postgres = await startPostgres();
  // Migrates, and has an account that mails can be about.
  const server = await startServer({ DATABASE_URL: postgres.url });
  userId = (await signUp(server.origin)).id;
  await server.stop();
  await query("delete from mails");
});
afterAll(() => postgres.stop());

const query = (text: string, values: unknown[] = []) => withDatabase(postgres.directUrl, (ask) => ask(text, values));

/** The application, with this mail server. One worker, where a test needs no second one: each costs a start. */
const startWith = (SMTP_URL: string, variables: Record<string, string> = {}) =>
  startServer({ DATABASE_URL: postgres.url, PUBLIC_URL: SITE, SMTP_URL, MAIL_FROM, WEB_CONCURRENCY: "1", ...variables });

/** The same. Its log is searched for addresses when the test is over. */
async function startSender(SMTP_URL: string, variables: Record<string, string> = {}): Promise<TestServer> {
  const server = await startWith(SMTP_URL, variables);
  onTestFinished(async () => {
    await server.stop();
    expect(server.output()).not.toMatch(/@reader\.example|@example\.com|#token/);
  });
  return server;
}

async function startMail(options?: SMTPServerOptions, port?: number): Promise<MailServer> {
  const mail = await startMailServer(options, port);
  onTestFinished(mail.stop);
  return mail;
}

/** Addresses that no test had before. */
const addresses = (many: number) => Array.from({ length: many }, () => `${freshName()}@reader.example`);

/** Writes mails into the outbox, as the statement of a login does. @returns the first one's id: a sent mail has lost its address */
async function write(recipients: string[]): Promise<unknown> {
  const rows = await query(
    `insert into mails (kind, user_id, address, facts)
     select 'new_device', $1, address, '{"address": "192.0.2.1", "device": "Firefox on Windows"}' from unnest($2::text[]) address
     returning id`,
    [userId, recipients],
  );
  return rows[0]?.id;
}

/** The row of the only mail to this address. */
const rowOf = async (address: string) => (await query("select * from mails where address = $1", [address]))[0] ?? {};

/** Lets every wait of the mails that are not sent be over: that for the next attempt, and that for a lease to run out. */
const hurry = () =>
  query("update mails set next_attempt_at = now(), locked_until = least(locked_until, now()) where outcome is null");

/** Every one of these mails arrives, once. A worker that found the mail server away may ask again only half a minute later. */
async function expectEachOnce(recipients: string[], { directory }: MailServer): Promise<void> {
  const waiting = "select from mails where address = any($1) and outcome is null";
  await eventually(async () => (await query(waiting, [recipients])).length === 0, 90);
  const ids = await Promise.all(recipients.map(async (address) => (await readMail(address, directory)).messageId));
  expect(new Set(ids).size).toBe(recipients.length);
  for (const address of recipients) expect(await unreadMail(address, directory)).toBeNull();
}

/** A server that speaks no SMTP. */
async function startBadServer(port: number, listener: (socket: Socket) => void): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    listener(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
}

test("a mail has the sender, a constant id of this site, a date, and says that a program wrote it", async () => {
  const mail = await startMail();
  const [address = ""] = addresses(1);
  await startSender(mail.url);
  const id = await write([address]);
  const { from, to, messageId, subject, text, headers } = await readMail(address, mail.directory);
  expect({ from, to, messageId }).toEqual({
    from: '"MovieConnect" <hello@movieconnect.example>',
    to: address,
    messageId: `<${id}@movies.example>`,
  });
  expect([headers.get("auto-submitted"), headers.get("date")]).toEqual(["auto-generated", expect.any(Date)]);
  expect(subject).toBe("A login from a new device");
  expect(text).toContain(`${SITE}/account`);
  // What is left of a mail that was sent says neither to whom it went nor what it said.
  await eventually(async () => (await query("select from mails where id = $1 and outcome = 'sent'", [id])).length === 1);
  expect(await query("select address, facts from mails where id = $1", [id])).toEqual([{ address: "", facts: {} }]);
});

const certificates = mkdtempSync(join(tmpdir(), "movieconnect-smtp-"));
afterAll(() => rmSync(certificates, { recursive: true, force: true }));

function makeCertificate(): { key: Buffer; cert: Buffer; file: string } {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...key, "-out", "cert.pem", ...names], { cwd: certificates, stdio: "pipe" });
  const file = join(certificates, "cert.pem");
  return { key: readFileSync(join(certificates, "key.pem")), cert: readFileSync(file), file };
}

test.each([
  ["TLS from the start", true],
  ["STARTTLS", false],
])(
  "mails are sent by %s with a password, and not to a server with an unknown certificate or to one that refuses the password",
  async (_, secure) => {
    const { key, cert, file } = makeCertificate();
    const onAuth: SMTPServerOptions["onAuth"] = ({ username, password }, _session, done) => {
      if (username === "movie connect" && password === "s3cret:/@") done(null, { user: username });
      else done(new Error("wrong"));
    };
    const mail = await startMail({ key, cert, secure, onAuth, authOptional: false, onConnect: undefined as never });
    const url = (password: string) => mail.url.replace("//", `//movie%20connect:${encodeURIComponent(password)}@`);
    const [address = ""] = addresses(1);
    await write([address]);
    for (const [refused, variables] of [
      [url("s3cret:/@"), {}],
      [url("wrong"), { NODE_EXTRA_CA_CERTS: file }],
    ] as const) {
      const wary = await startWith(refused, variables);
      await eventually(() => wary.output().includes("mail_server_away"));
      // Neither is the mail's fault: no attempt is counted. Nor does it concern requests.
      expect(await rowOf(address)).toMatchObject({ attempts: 0, outcome: null });
      expect((await unlessBusy(() => send(wary.origin, "GET", "/api/health/ready/"))).status).toBe(200);
      await wary.stop();
      expect(wary.output()).not.toMatch(/s3cret|movie connect/);
    }
    await startSender(url("s3cret:/@"), { NODE_EXTRA_CA_CERTS: file });
    await expectEachOnce([address], mail);
  },
);

test("a refused recipient fails at once, alone; an operator sees it and has it tried again", async () => {
  const [refused = "", ...others] = addresses(3);
  let isRefusing = true;
  const mail = await startMail({
    onRcptTo: ({ address }, _session, done) => {
      if (isRefusing && address === refused) done(Object.assign(new Error(`no\u001b[2J ${refused}`), { responseCode: 550 }));
      else done();
    },
  });
  const { metrics } = await startSender(mail.url);
  await write([refused, ...others]);
  await expectEachOnce(others, mail);
  await eventually(async () => (await rowOf(refused)).outcome === "failed");
  // A mail is counted right after it is settled.
  for (const line of ['outcome="sent"} 2', 'outcome="failed"} 1'])
    await eventually(async () => (await scrapeText(metrics)).includes(`movieconnect_mails_total{${line}\n`));
  const { id } = await rowOf(refused);
  const { waiting, failed, results } = await manage(["mail", "list", "--json"]).then(JSON.parse);
  expect({ waiting, failed }).toEqual({ waiting: 0, failed: 1 });
  expect(results).toMatchObject([{ id, kind: "new_device", user_id: userId, address: refused, attempts: 1, outcome: "failed" }]);
  const listed = await manage(["mail", "list"]);
  expect(listed).toContain(refused);
  // The server's words can't steer the operator's terminal.
  expect(listed).not.toContain("\u001b");
  isRefusing = false;
  // Days later, when it is given up, and another mail of its kind waits.
  await query(
    `update mails set created_at = created_at - interval '9 days', give_up_at = give_up_at - interval '9 days', collapse_key = 'one'
     where id = $1`,
    [id],
  );
  await query("insert into mails (kind, address, collapse_key, next_attempt_at) values ('none', 'x', 'one', 'infinity')");
  const unknown = launch(
    { DATABASE_URL: postgres.url, AUTH_SECRET: "" },
    { command: [...MANAGE, "mail", "retry", "--mail", "1"] },
  );
  expect([await unknown.ended, unknown.errors()]).toEqual([1, "movieconnect: there is no failed mail 1\n"]);
  expect(JSON.parse(await manage(["mail", "retry", "--mail", String(id), "--json"]))).toEqual({ retried: [id] });
  await query("delete from mails where collapse_key = 'one' and kind = 'none'");
  await expectEachOnce([refused], mail);
  // Its attempts are counted anew.
  await eventually(
    async () => (await query("select from mails where id = $1 and outcome = 'sent' and attempts = 0", [id])).length === 1,
  );
});

/** An operator's command. @returns what it prints */
async function manage(args: string[]): Promise<string> {
  const run = launch({ DATABASE_URL: postgres.url, AUTH_SECRET: "" }, { command: [...MANAGE, ...args] });
  expect([await run.ended, run.errors()]).toEqual([0, ""]);
  return run.output();
}

test("a mail that the server puts off is tried again later, with the same Message-ID", async () => {
  const [address = ""] = addresses(1);
  const ids: string[] = [];
  const mail = await startMail({
    onData: (stream, _session, done) => {
      let text = "";
      stream.on("data", (chunk) => (text += chunk));
      stream.on("end", () => {
        ids.push(/^Message-ID: (\S+)/im.exec(text)?.[1] ?? "");
        if (ids.length < 3) done(Object.assign(new Error("later"), { responseCode: 451 }));
        else done();
      });
    },
  });
  await startSender(mail.url);
  for (const attempts of [1, 2]) {
    const [{ before } = {}] = await query("select clock_timestamp()::text as before");
    if (attempts === 1) await write([address]);
    // Where this test is slow, the attempt has been made by itself.
    else await query("update mails set next_attempt_at = now() where address = $1 and attempts < $2", [address, attempts]);
    await eventually(async () => Number((await rowOf(address)).attempts) >= attempts);
    const [{ wait } = {}] = await query(
      "select extract(epoch from next_attempt_at - $2::timestamptz)::float8 as wait from mails where address = $1",
      [address, before],
    );
    expect(Number(wait)).toBeGreaterThan(attempts === 1 ? 5 : 25);
  }
  await hurry();
  await eventually(() => ids.length === 3);
  expect(new Set(ids).size).toBe(1);
});

test("a mail server that is away, silent, endless or cutting off delays mails and no request; then each arrives once", async () => {
  const port = await freePort();
  // Two workers, since each asks ever more rarely.
  const timeouts = "greetingTimeout=500&socketTimeout=500";
  const { origin } = await startSender(`smtp://127.0.0.1:${port}?${timeouts}`, { WEB_CONCURRENCY: "2" });
  const recipients: string[] = [];
  const bad: ((socket: Socket) => void)[] = [
    () => undefined,
    (socket) => setInterval(() => socket.write("220-wait\r\n"), 50).unref(),
    (socket) => socket.write("220 hello\r\n", () => socket.resetAndDestroy()),
    (socket) => socket.end("554 go away\r\n"),
  ];
  for (const listener of [null, ...bad]) {
    const close = listener && (await startBadServer(port, listener));
    const more = addresses(3);
    recipients.push(...more);
    await write(more);
    // A signup writes a mail too.
    expect((await unlessBusy(() => send(origin, "GET", "/api/health/ready/"))).status).toBe(200);
    recipients.push((await signUp(origin)).email);
    const looked = new Date();
    // The worker that asked last may ask again only half a minute later.
    await eventually(async () => (await query("select from mails where next_attempt_at > $1", [looked])).length > 0, 90);
    await close?.();
  }
  expect(await query("select from mails where outcome is null and attempts > 0")).toEqual([]);
  const mail = await startMail({}, port);
  await expectEachOnce(recipients, mail);
});

test("a mail is sent after a restart, if the whole application is killed before it could be sent, or while it was", async () => {
  const port = await freePort();
  const recipients = addresses(2);
  for (const state of ["waits", "is being sent"]) {
    let isAsked = false;
    const close = await startBadServer(port, (socket) => {
      isAsked = true;
      // Not even a greeting.
      if (state === "waits") socket.destroy();
    });
    const server = await startWith(`smtp://127.0.0.1:${port}`);
    await write([recipients[state === "waits" ? 0 : 1] ?? ""]);
    await eventually(() => isAsked);
    const processes = [server.process.pid ?? 0, ...(await childrenOf(server.process.pid ?? 0))];
    // The workers notice that the first process has ended, and end, too.
    for (const pid of processes) signal(pid, "SIGKILL");
    await close();
  }
  expect(await query("select from mails where outcome is null and locked_until > now()")).not.toEqual([]);
  // The lease of the mail in hand runs out, here at once.
  await hurry();
  const mail = await startMail({}, port);
  await startSender(mail.url);
  await expectEachOnce(recipients, mail);
});

test("a mail in hand is finished when the application is told to stop, and arrives once", async () => {
  const [address = ""] = addresses(1);
  let release: () => void = () => undefined;
  let isInHand = false;
  const mail = await startMail({
    onMailFrom: (_from, _session, done) => {
      isInHand = true;
      release = done;
    },
  });
  const server = await startWith(mail.url);
  await write([address]);
  await eventually(() => isInHand);
  const stopped = server.stop();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  release();
  expect(await stopped).toBe(0);
  await expectEachOnce([address], mail);
});

test("a mail that a stop interrupts is given back, and sent by the next start", async () => {
  const [address = ""] = addresses(1);
  let isInHand = false;
  const mute = await startMail({ onMailFrom: () => (isInHand = true) });
  const server = await startWith(mute.url);
  await write([address]);
  await eventually(() => isInHand);
  expect(await server.stop()).toBe(0);
  // The stop is no fault of the mail server.
  expect(server.output()).not.toContain("mail_server_away");
  expect(await rowOf(address)).toMatchObject({ locked_until: null, outcome: null, attempts: 0 });
  const mail = await startMail();
  await startSender(mail.url);
  await expectEachOnce([address], mail);
});

test.runIf(hasPgBouncer())("several workers send several hundred mails through PgBouncer, each once", async () => {
  const pooler = await startPgBouncer(postgres.directUrl);
  onTestFinished(pooler.stop);
  const mail = await startMail();
  const recipients = addresses(300);
  await write(recipients);
  const pooled = { DATABASE_URL: pooler.url, WEB_CONCURRENCY: "2" };
  await Promise.all([startSender(mail.url, pooled), startSender(mail.url, pooled)]);
  await expectEachOnce(recipients, mail);
});

test("without a mail server the start says what is not done, mails are written, and given up in the end", async () => {
  const server = await startServer({ DATABASE_URL: postgres.url });
  onTestFinished(() => server.stop().then(() => undefined));
  expect(server.output().match(/SMTP_URL is not set, so no mail is sent/g)).toHaveLength(1);
  const { email } = await signUp(server.origin);
  const reset = await send(server.origin, "POST", "/api/user/password/reset/", { json: { email } });
  expect([reset.status, reset.json]).toEqual([200, { detail: "Password reset e-mail has been sent." }]);
  expect((await send(server.origin, "GET", "/dev/mail")).status).toBe(404);
  expect(await query("select outcome from mails where kind = 'recovery' and address = $1", [email])).toEqual([{ outcome: null }]);
  await query("update mails set created_at = now() - interval '1 hour' where outcome is null");
  const oldest = async () => Number(/^movieconnect_mail_oldest_seconds (.*)$/m.exec(await scrapeText(server.metrics))?.[1]);
  // The highest of the workers, not their sum.
  await eventually(async () => (await oldest()) >= 3_600);
  expect(await oldest()).toBeLessThan(7_200);
  await query("update mails set give_up_at = now() where outcome is null");
  await eventually(async () => (await query("select from mails where outcome is null")).length === 0);
  expect(await rowOf(email)).toMatchObject({ outcome: "failed", last_error: "not sent in time" });
  // What is given up is counted, so that an alarm can tell.
  await eventually(async () => /^movieconnect_mails_total\{outcome="failed"\} [1-9]/m.test(await scrapeText(server.metrics)));
});
