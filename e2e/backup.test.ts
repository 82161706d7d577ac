import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { passGrace } from "./change-session.ts";
import { logIn, newSession, send } from "./client.ts";
import { type DistributionPostgres, hasDistributionPostgres, startDistributionPostgres } from "./distribution-postgres.ts";
import { changeEmail, freshEmail, newOwner, undoEmailChange } from "./email-changes.ts";
import { claimsOf } from "./forge.ts";
import { eventually, type TestServer, withDatabase } from "./harness.ts";
import { readMail } from "./mailbox.ts";
import { startWithMail } from "./start-with-mail.ts";

// A backup and its restore, by the operating guide's own commands, while the application runs; on the oldest Postgres that is tried.

const REFRESH = "/api/token/refresh/";

const guide = () => readFile(join(import.meta.dirname, "..", "docs", "operating.md"), "utf8");

/** The arguments of a command in the guide's section on backups, without its role and its database. */
async function argumentsOf(program: string): Promise<string[]> {
  const [, words = ""] = new RegExp(`exec -T db ${program} -U mcuser (.*?) movieconnect [<>]`).exec(await guide()) ?? [];
  return words.split(" ");
}

describe.skipIf(!hasDistributionPostgres())("a backup that is restored while the application runs", () => {
  let postgres: DistributionPostgres;
  let server: TestServer;
  beforeAll(async () => {
    postgres = await startDistributionPostgres();
    server = await startWithMail({ DATABASE_URL: postgres.url });
  });
  afterAll(async () => {
    await server?.stop();
    await postgres?.stop();
  });

  const query = (text: string, values: unknown[] = []) => withDatabase(postgres.url, (run) => run(text, values));
  const backUp = async () => {
    await allMailsMarked();
    return postgres.run("pg_dump", await argumentsOf("pg_dump"));
  };
  const restore = async (backup: string) => postgres.run("psql", await argumentsOf("psql"), backup);
  // A mail arrives before its row says that it was sent. A backup from between the two would send it again.
  const allMailsMarked = () =>
    eventually(async () => {
      const due = "select from mails where outcome is null and next_attempt_at < 'infinity'";
      return (await query(due)).length === 0;
    });
  const refresh = (cookies: Record<string, string>) => send(server.origin, "POST", REFRESH, { cookies });
  const profile = async (cookies: Record<string, string>) =>
    (await send(server.origin, "GET", "/api/user/profile/", { cookies })).status;

  test("logs out no user who was active before and since, revives no logout, and ends sessions that the backup lacks", async () => {
    const [active, idle, leaver] = [
      await newSession(server.origin),
      await newSession(server.origin),
      await newSession(server.origin),
    ];
    const backup = await backUp();
    let { cookies } = active;
    for (const _ of [1, 2, 3]) {
      await passGrace(postgres.url, cookies.refresh_token ?? "");
      ({ cookies } = await refresh(cookies));
    }
    expect(claimsOf(cookies.refresh_token ?? "").gen).toBe(3);
    expect((await send(server.origin, "POST", "/api/user/logout/", { cookies: leaver.cookies })).status).toBe(200);
    const late = await newSession(server.origin);

    await restore(backup);

    await eventually(() => server.output().includes('"event":"database_went_back"'));
    for (const each of [cookies, idle.cookies]) {
      const renewed = await refresh(each);
      expect(renewed.status).toBe(200);
      expect(await profile(renewed.cookies)).toBe(200);
    }
    for (const each of [leaver.cookies, late.cookies]) {
      await eventually(async () => (await refresh(each)).status === 401);
      await eventually(async () => (await profile(each)) === 401);
    }
    await logIn(server.origin, active.user);
    expect(server.output()).toContain('"event":"database_behind"');
    expect(server.output()).not.toContain('"event":"replay"');
  });

  test("the link that undoes a lost change of an address does not undo the change of another account that got its id", async () => {
    const [ann, bob] = [await newOwner(server.origin), await newOwner(server.origin)];
    const backup = await backUp();
    const { undo } = await changeEmail(server.origin, ann.cookies, ann.user.email, freshEmail());
    await restore(backup);
    const email = freshEmail();
    const own = await changeEmail(server.origin, bob.cookies, bob.user.email, email);
    expect(claimsOf(own.undo).change).toBe(claimsOf(undo).change);
    expect((await undoEmailChange(server.origin, undo)).status).toBe(400);
    expect(await query("select email from users where id = $1", [bob.user.id])).toEqual([{ email }]);
    expect((await undoEmailChange(server.origin, own.undo)).status).toBe(200);
  });

  test("a mail that waited when the backup was made, and was sent since, is sent again with its Message-ID", async () => {
    const email = freshEmail();
    await query("insert into mails (kind, address, next_attempt_at) values ('account_deleted', $1, 'infinity')", [email]);
    const backup = await backUp();
    const hurry = () => query("update mails set next_attempt_at = now() where address = $1", [email]);
    await hurry();
    const first = await readMail(email);
    await allMailsMarked();
    await restore(backup);
    await hurry();
    expect((await readMail(email)).messageId).toBe(first.messageId);
  });

  test("a backup of an earlier version, which knows fewer tables, is restored by the guide's command for that", async () => {
    const { cookies } = await newSession(server.origin);
    const backup = await backUp();
    await query("create table of_a_later_version (user_id bigint references users)");
    const [, first = ""] = /^\(echo '(.*?)'; cat backup\.sql\) \|/m.exec(await guide()) ?? [];
    await restore(`${first}\n${backup}`);
    expect(await query("select from pg_tables where tablename = 'of_a_later_version'")).toEqual([]);
    await eventually(async () => (await refresh(cookies)).status === 200);
  });
});
