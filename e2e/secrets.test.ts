import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { launch } from "./launch.ts";

// Messages about a secret that is wrong, or in the wrong place, quote no part of it.

const COMMANDS = {
  "npm start": ["bin/start.ts"],
  serve: ["bin/serve.ts"],
  migrate: ["bin/migrate.ts"],
  manage: ["bin/manage.ts", "user", "show", "ann"],
};

async function outputOf(name: keyof typeof COMMANDS, variables: Record<string, string>): Promise<string> {
  const [file = "", ...args] = COMMANDS[name];
  const node = [process.execPath, "--import", "tsx"];
  const run = launch(variables, { command: [...node, join(import.meta.dirname, "..", file), ...args] });
  expect(await run.ended).toBe(1);
  expect(run.errors()).toMatch(/^movieconnect: [^\n]+\n$/);
  return run.output() + run.errors();
}

function expectNoPieceOf(secret: string, output: string): void {
  for (let at = 0; at + 3 <= secret.length; at += 1) expect(output).not.toContain(secret.slice(at, at + 3));
}

const names = Object.keys(COMMANDS) as (keyof typeof COMMANDS)[];
const passwords = ["Qx@Zj/Wk#Vr%Yd", "Qx9?Zj8Wk", "Qx9Zj%e4Wk"];

test.each(names.flatMap((name) => passwords.map((password) => [name, password] as const)))(
  "%s says what to percent-encode in the database's password, and quotes no part of %s",
  async (name, password) => {
    const output = await outputOf(name, { DATABASE_URL: `postgres://app:${password}@127.0.0.1/films` });
    expect(output).toMatch(/DATABASE_URL must have reserved characters percent-encoded in its user and password: % is %25/);
    expectNoPieceOf(password, output);
  },
);

// `serve` is left out: it serves without a database.
test.each(names.filter((name) => name !== "serve"))("%s quotes no part of a password that the database refuses", async (name) => {
  const password = "Qx@Zj/Wk#Vr%Yd";
  const url = new URL(inject("databaseUrl"));
  const output = await outputOf(name, {
    DATABASE_URL: url.href.replace(url.password, encodeURIComponent(password)),
  });
  expect(output).toMatch(/refuses the user mcuser or the password/);
  expectNoPieceOf(password, output);
});

test.each(["npm start", "serve"] as const)(
  "%s refuses a part of a provider's variables, a bad issuer and Auth.js' own variables, and quotes no part of a secret",
  async (name) => {
    const secret = "Qx9Zj8Wk7Vr%Yd";
    const database = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret") };
    const half = { ...database, AUTH_GOOGLE_SECRET: secret, AUTH_URL: `https://:${secret}@films.example` };
    const output = await outputOf(name, half);
    expect(output).toContain("AUTH_GOOGLE_ID must be set with AUTH_GOOGLE_SECRET; AUTH_URL must not be set");
    expectNoPieceOf(secret, output);
    const AUTH_OIDC_ISSUER = `https://ann:${secret}@login.example`;
    const bad = { ...database, AUTH_OIDC_ISSUER, AUTH_OIDC_ID: "films", AUTH_OIDC_SECRET: `"${secret}"` };
    const refused = await outputOf(name, bad);
    expect(refused).toContain("AUTH_OIDC_ISSUER must be an https URL");
    expect(refused).toContain("AUTH_OIDC_SECRET must be as the provider shows it");
    expectNoPieceOf(secret, refused);
  },
);

test("messages quote no other variable's secret", async () => {
  const secrets = { short: "Qx9Zj8Wk7", credentials: "Jw3Xz2Qv1" };
  const output = await outputOf("npm start", {
    AUTH_SECRET: secrets.short,
    PUBLIC_URL: `https://:${secrets.credentials}@films.example`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `collector:${secrets.credentials}`,
  });
  for (const name of ["AUTH_SECRET", "PUBLIC_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"]) expect(output).toContain(name);
  for (const secret of Object.values(secrets)) expectNoPieceOf(secret, output);
});

test("a secret in the place of a file's name is not quoted", async () => {
  const secret = "Qx9Zj8Wk7Vr6Yd5Kq4Jw3Xz2Qv1Zk0Wx";
  const output = await outputOf("serve", { AUTH_SECRET: "", AUTH_SECRET_FILE: secret });
  expect(output).toMatch(/AUTH_SECRET_FILE can't be read \(ENOENT\)/);
  expectNoPieceOf(secret, output);
});

test("messages quote no part of the application's own URL either", async () => {
  const password = "Qx@Zj/Wk#Vr%Yd";
  const variables = { DATABASE_URL: inject("databaseUrl"), APP_DATABASE_URL: `postgres://app:${password}@127.0.0.1/films` };
  const output = await outputOf("migrate", variables);
  expect(output).toMatch(/APP_DATABASE_URL must have reserved characters/);
  expectNoPieceOf(password, output);
});
