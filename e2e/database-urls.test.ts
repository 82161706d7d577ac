import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "#db/connection/connect.ts";
import { connectionProblem } from "#db/connection/problem.ts";
import { newSession } from "./client.ts";
import { eventually, startPostgres, startServer, type TestPostgres } from "./harness.ts";
import { launch } from "./launch.ts";
import { startTlsPostgres, type TlsPostgres } from "./postgres-tls.ts";

// DATABASE_URL in the forms that providers hand out, for a Postgres that requires TLS and has a certificate authority of its own.

let postgres: TlsPostgres;
let password = "";
let port = "";
beforeAll(async () => {
  postgres = await startTlsPostgres();
  ({ password, port } = new URL(postgres.directUrl));
  await eventually(async () => (await outcome("USER@127.0.0.1:PORT/DB?sslmode=require")) === "encrypted");
});
afterAll(() => postgres.stop());

/** @param form a URL with USER for the role and its password, PORT, DB, and FILES for the certificates' directory */
function toUrl(form: string): string {
  const values = {
    USER: `mcuser:${password}`,
    PORT: port,
    DB: "mcdatabase_dev",
    FILES: postgres.files,
    SOCKET: encodeURIComponent(postgres.files),
    PASSWORD: password,
  };
  return `postgres://${form.replaceAll(/USER|PORT|DB|FILES|SOCKET|PASSWORD/g, (name) => values[name as keyof typeof values])}`;
}

/** How the connection is made, or the line that says why it is not. */
async function outcome(form: string): Promise<string> {
  const url = toUrl(form);
  try {
    const client = await connect(url, { timeoutMs: 5_000 });
    const { rows } = await client.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    await client.end();
    return rows[0].ssl ? "encrypted" : "plain";
  } catch (error) {
    return connectionProblem(error, url).replaceAll(`:${port}`, ":PORT");
  }
}

describe("a URL connects, as libpq reads it:", () => {
  test.each([
    ["Heroku, Railway, Render: nothing of TLS", "USER@127.0.0.1:PORT/DB", "encrypted"],
    ["DigitalOcean, Aiven, RDS: an authority of their own", "USER@localhost:PORT/DB?sslmode=require", "encrypted"],
    ["Neon", "USER@localhost:PORT/DB?sslmode=require&channel_binding=require", "encrypted"],
    ["Neon, for clients that send no name", "USER@localhost:PORT/DB?sslmode=require&options=-c%20geqo%3Doff", "encrypted"],
    ["Supabase", "USER@localhost:PORT/DB?pgbouncer=true&sslmode=require&connection_limit=1", "encrypted"],
    ["RDS with its bundle", "USER@localhost:PORT/DB?sslmode=verify-full&sslrootcert=FILES/authority.crt", "encrypted"],
    ["an authority without a mode", "USER@localhost:PORT/DB?sslrootcert=FILES/authority.crt", "encrypted"],
    ["JDBC, and Heroku's older examples", "USER@localhost:PORT/DB?ssl=true", "encrypted"],
    ["pg's own", "USER@localhost:PORT/DB?sslmode=no-verify", "encrypted"],
    ["pg's own way to libpq's", "USER@localhost:PORT/DB?uselibpqcompat=true&sslmode=require", "encrypted"],
    ["a mode that falls back to TLS", "USER@127.0.0.1:PORT/DB?sslmode=allow", "encrypted"],
    ["TLS from the first byte", "USER@localhost:PORT/DB?sslmode=require&sslnegotiation=direct", "encrypted"],
    ["IPv6", "USER@[::1]:PORT/DB?sslmode=verify-full&sslrootcert=FILES/authority.crt", "encrypted"],
    [
      "a host name that the certificate does not have",
      "USER@127.0.0.1:PORT/DB?sslmode=verify-ca&sslrootcert=FILES/authority.crt",
      "encrypted",
    ],
    [
      "a certificate in place of a password",
      "mcuser@localhost:PORT/postgres?sslmode=require&sslcert=FILES/client.crt&sslkey=FILES/client.key",
      "encrypted",
    ],
    ["a Unix socket", "USER@/DB?host=FILES&port=PORT", "plain"],
    ["a Unix socket, as a host", "USER@SOCKET:PORT/DB?sslmode=require", "plain"],
    ["all as parameters", "/?host=localhost&port=PORT&user=mcuser&password=PASSWORD&dbname=DB", "encrypted"],
    ["several hosts, of which one is away", "USER@127.0.0.1:1,127.0.0.1:PORT/DB?target_session_attrs=read-write", "encrypted"],
  ])("%s", async (_who, form, how) => {
    expect(await outcome(form)).toBe(how);
  });
});

describe("one line says why a URL does not:", () => {
  const local = "the database localhost:PORT/mcdatabase_dev";
  test.each([
    [
      "no TLS where the server requires it",
      "USER@localhost:PORT/DB?sslmode=disable",
      `${local} does not admit the user mcuser without TLS (28000): put sslmode=require into DATABASE_URL, or see its pg_hba.conf`,
    ],
    [
      "a user that the server does not admit",
      "another:PASSWORD@localhost:PORT/DB",
      `${local} does not admit the user another from here (28000): see its pg_hba.conf`,
    ],
    [
      "a wrong password",
      "mcuser:wrong@localhost:PORT/DB",
      `${local} refuses the user mcuser or the password: check DATABASE_URL`,
    ],
    ["no password", "mcuser@localhost:PORT/DB", `${local} requires a password: put one into DATABASE_URL`],
    [
      "no such database",
      "USER@localhost:PORT/nowhere",
      "the database localhost:PORT/nowhere does not exist: create nowhere, or check DATABASE_URL",
    ],
    [
      "an authority that is not known",
      "USER@localhost:PORT/DB?sslmode=verify-full",
      expect.stringMatching(/has a certificate of an unknown authority \(\w+\): name its file with sslrootcert in DATABASE_URL$/),
    ],
    [
      "another authority, though no mode asks for verification",
      "USER@localhost:PORT/DB?sslmode=require&sslrootcert=FILES/other.crt",
      expect.stringMatching(/has a certificate of an unknown authority/),
    ],
    [
      "a certificate of another name",
      "USER@127.0.0.1:PORT/DB?sslmode=verify-full&sslrootcert=FILES/authority.crt",
      expect.stringMatching(/has a certificate for another name/),
    ],
    [
      "a file that is not there",
      "USER@localhost:PORT/DB?sslrootcert=/nowhere.crt",
      expect.stringMatching(/the file \/nowhere.crt of its sslrootcert can't be read: ENOENT/),
    ],
    ["a host that is not known", "USER@nowhere.invalid:PORT/DB", expect.stringMatching(/its host name is not known/)],
    [
      "no socket",
      "USER@/DB?host=/nowhere",
      expect.stringMatching(/^the database \/mcdatabase_dev\?host=\/nowhere can't be reached \(ENOENT\)/),
    ],
  ])("%s", async (_what, form, line) => {
    expect(await outcome(form)).toEqual(line);
  });
});

test("the application runs with a provider's URL, and connects by TLS only", async () => {
  const server = await startServer({ DATABASE_URL: toUrl("USER@localhost:PORT/DB?sslmode=require"), WEB_CONCURRENCY: "1" });
  await newSession(server.origin);
  // Each worker logs once what this mode does not protect from, and pg adds no warning of its own.
  expect(server.output().match(/the server's certificate is not verified/g)).toHaveLength(1);
  expect(server.output()).not.toContain("SECURITY WARNING");
  await server.stop();
});

test("with channel binding required, a server whose login is not bound to the connection is refused before the login", async () => {
  const plain = await startPostgres();
  const url = `${plain.directUrl}?sslmode=prefer&channel_binding=require`;
  await expect(connect(url, { timeoutMs: 5_000 })).rejects.toThrow("channel binding");
  await plain.stop();
});

test("a connection to a server without TLS is made all the same, unless the URL requires TLS", async () => {
  const plain: TestPostgres = await startPostgres();
  for (const end of ["", "?sslmode=prefer", "?sslmode=allow", "?sslmode=disable"]) {
    await (await connect(`${plain.directUrl}${end}`, { timeoutMs: 5_000 })).end();
  }
  const insisting = `${plain.directUrl}?sslmode=require`;
  const migrated = launch(
    { DATABASE_URL: insisting },
    { command: [process.execPath, "--import", "tsx", join("bin", "migrate.ts")] },
  );
  expect([await migrated.ended, migrated.errors()]).toEqual([
    1,
    expect.stringMatching(/^movieconnect: [^\n]*check sslmode in DATABASE_URL\n$/),
  ]);
  await plain.stop();
});

test("a host that never answers leaves the other hosts of a URL their time", async () => {
  // It accepts connections, and never answers.
  let asked = 0;
  const listener = createServer(() => (asked += 1)).listen(0, "127.0.0.1");
  await eventually(() => listener.listening);
  const { port: silent } = listener.address() as { port: number };
  const url = toUrl(`USER@127.0.0.1:${silent},127.0.0.1:PORT/DB`);
  await (await connect(url, { timeoutMs: 8_000 })).end();
  expect(asked).toBe(1);
  // The second connection knows what the first one found out.
  await (await connect(url, { timeoutMs: 8_000 })).end();
  expect(asked).toBe(1);
  listener.close();
});
