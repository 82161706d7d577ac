import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { connectionProblem } from "#db/connection/problem.ts";
import { describeDatabase, parseDatabaseUrl } from "./database-url.ts";

function messageOf(work: () => unknown): string {
  try {
    return String(work());
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a provider's URL is parsed as libpq parses it:", () => {
  test.each([
    ["postgres://u:p@ec2-1-2-3-4.compute-1.amazonaws.com:5432/d8", "ec2-1-2-3-4.compute-1.amazonaws.com", 5432, "u", "p", "d8"],
    [
      "postgresql://u:p@db.b1.eu-west-1.rds.amazonaws.com/d?sslmode=verify-full",
      "db.b1.eu-west-1.rds.amazonaws.com",
      5432,
      "u",
      "p",
      "d",
    ],
    [
      "postgresql://postgres.ref:p@aws-0.pooler.supabase.com:6543/postgres?pgbouncer=true",
      "aws-0.pooler.supabase.com",
      6543,
      "postgres.ref",
      "p",
      "postgres",
    ],
    [
      "postgresql://doadmin:p@x-do-user-1.b.db.ondigitalocean.com:25060/defaultdb?sslmode=require",
      "x-do-user-1.b.db.ondigitalocean.com",
      25060,
      "doadmin",
      "p",
      "defaultdb",
    ],
    [
      "postgres://ann%40server:p@server.postgres.database.azure.com/d?sslmode=require",
      "server.postgres.database.azure.com",
      5432,
      "ann@server",
      "p",
      "d",
    ],
    ["postgres://postgres:p@app.flycast:5432/d?sslmode=disable", "app.flycast", 5432, "postgres", "p", "d"],
    ["postgresql://u:p@/d?host=/cloudsql/project:region:name", "/cloudsql/project:region:name", 5432, "u", "p", "d"],
    ["postgresql://u:p@/d?host=/run/postgresql&port=5433", "/run/postgresql", 5433, "u", "p", "d"],
    ["postgres://%2Frun%2Fpostgresql/d", "/run/postgresql", 5432, undefined, undefined, "d"],
    ["postgres://u:p@[2001:db8::1]:5433/d", "2001:db8::1", 5433, "u", "p", "d"],
    ["postgres://u:p%40%3A%2F%3F%23%5B%5D%25%20@h/d%2Fe", "h", 5432, "u", "p@:/?#[]% ", "d/e"],
    ["postgres://u:p:q!$&'()*+,;=[]@h/d", "h", 5432, "u", "p:q!$&'()*+,;=[]", "d"],
    ["  postgres://u:p@h/d\n", "h", 5432, "u", "p", "d"],
  ])("%s", (url, host, port, user, password, database) => {
    expect(parseDatabaseUrl(url)).toMatchObject({ hosts: [{ host, port }], user, password, database });
  });
});

test("each of several hosts has its own port, or all share one", () => {
  const hosts = (one: number, other: number) => [
    { host: "a", port: one },
    { host: "b", port: other },
  ];
  expect(parseDatabaseUrl("postgres://u:p@a:5433,b/d").hosts).toEqual(hosts(5433, 5432));
  expect(parseDatabaseUrl("postgres://u:p@/d?host=a,b&port=5433,5434").hosts).toEqual(hosts(5433, 5434));
  expect(parseDatabaseUrl("postgres://u:p@/d?host=a,b&port=5433").hosts).toEqual(hosts(5433, 5433));
});

describe("an unusable URL is refused with what it must be:", () => {
  test.each([
    ["localhost:5432", /^must be a URL/],
    ["jdbc:postgresql://h/d", /^must be a URL/],
    ["postgres://u:p@h:port/d", /^must be a URL/],
    ["postgres://u:p@h:70000/d", /^must be a URL/],
    ["postgres://u:p@h!/d", /^must be a URL/],
    ["postgres://u:p@ss@h/d", /reserved characters percent-encoded in its user and password: % is %25, @ is %40/],
    ["postgres://u:abc%e4@h/d", /percent-encoded/],
    ["postgres://u:50%@h/d", /percent-encoded/],
    ["postgres://u:p@h/d?sslmode=on", /^must have one of these as its sslmode: disable, allow, prefer, require/],
    [
      "postgres://u:p@h/d?target_session_attrs=standby",
      /^must have one of these as its target_session_attrs: any, read-write, primary$/,
    ],
    ["postgres://u:p@h/d?schema=films", /^has a parameter that is not known here: schema; leave it out$/],
    ["postgres:///d?host=h&user=u&password=pa&ss=word", /^has a parameter that is not known here; leave it out$/],
  ])("%s", (url, message) => {
    expect(messageOf(() => parseDatabaseUrl(url))).toMatch(message);
  });
});

// Passwords as people put them into a URL: with reserved characters, encoded or not.
const passwords = fc
  .array(fc.constantFrom(..."QXZJKVWY0189", ..."@:/?#[]%&=+,;!$ \\", "%e4", "://", "@127.0.0.1"), { minLength: 1, maxLength: 16 })
  .map((parts) => parts.join(""));
const FAILURES = [
  "28P01",
  "28000",
  "3D000",
  "53300",
  "57P03",
  "25006",
  "ECONNREFUSED",
  "ENOTFOUND",
  "ENOENT",
  "CERT_HAS_EXPIRED",
];

test("no message contains a part of the password, wherever the URL holds it", () => {
  const forms = fc.constantFrom(
    "app:PASSWORD@127.0.0.1:5432/films",
    "app:PASSWORD@127.0.0.1/films?sslmode=require",
    "app:PASSWORD@/films?host=/run",
    "/films?host=h&user=app&password=PASSWORD",
  );
  fc.assert(
    fc.property(passwords, forms, fc.boolean(), (password, form, isEncoded) => {
      const url = `postgres://${form.replace("PASSWORD", () => (isEncoded ? encodeURIComponent(password) : password))}`;
      const messages = FAILURES.map((code) => messageOf(() => connectionProblem(Object.assign(new Error("no"), { code }), url)));
      const said = [
        ...messages,
        messageOf(() => describeDatabase(url)),
        messageOf(() => JSON.stringify(parseDatabaseUrl(url).hosts)),
      ].join("\n");
      const ours = form.replace("PASSWORD", "");
      for (const text of new Set([password, encodeURIComponent(password)])) {
        for (let at = 0; at + 3 <= text.length; at += 1) {
          const piece = text.slice(at, at + 3);
          // Letters that are in every message, or in the rest of the URL, reveal nothing.
          if (/[QXZJKVWY]/.test(piece) && !ours.includes(piece)) expect(said).not.toContain(piece);
        }
      }
    }),
    { numRuns: 2_000 },
  );
});
