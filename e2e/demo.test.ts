import { expect, inject, test } from "vitest";
import { logIn, send } from "./client.ts";
import { withDatabase } from "./harness.ts";
import { launch } from "./launch.ts";

// `npm run manage -- demo`: an account to try the application with.

const COMMAND = [process.execPath, "--import", "tsx", "bin/manage.ts", "demo"];

async function demo(variables: Record<string, string> = {}) {
  const run = launch({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: "", ...variables }, { command: COMMAND });
  const status = await run.ended;
  return { status, output: run.output(), errors: run.errors(), password: /^Password: (.*)$/m.exec(run.output())?.[1] ?? "" };
}

const login = (password: string) => send(inject("origin"), "POST", "/api/token/", { json: { username: "demo", password } });

test("each run of the command gives the demonstration's account a new random password", async () => {
  const first = await demo();
  expect(first).toMatchObject({
    status: 0,
    errors: "",
    output: expect.stringMatching(/^Created the account demo\.\nUsername: demo\nPassword: [\w-]{24}\n$/),
  });
  const { cookies } = await logIn(inject("origin"), { username: "demo", password: first.password });
  const second = await demo();
  expect(second).toMatchObject({ status: 0, errors: "" });
  expect(second.password).not.toBe(first.password);
  expect((await login(first.password)).status).toBe(401);
  expect((await login(second.password)).status).toBe(200);
  const refresh = await send(inject("origin"), "POST", "/api/token/refresh/", { cookies });
  expect(refresh.status).toBe(401);
});

test("a demonstration is refused where the application is public, and made on this machine", async () => {
  const refused = await demo({ PUBLIC_URL: "https://movies.example" });
  expect(refused).toMatchObject({ status: 1, output: "" });
  expect(refused.errors).toMatch(/^movieconnect: PUBLIC_URL is https:\/\/movies\.example, [^\n]+\n$/);
  expect((await demo({ PUBLIC_URL: "http://localhost:8000" })).status).toBe(0);
});

test("a person's account of that name, or with that address, stays as it is", async () => {
  const { password } = await demo();
  const change = (text: string) => withDatabase(inject("databaseUrl"), (query) => query(text));
  await change("update users set email = 'demo@movies.example' where username_key = 'demo'");
  const named = await demo();
  expect(named).toMatchObject({ status: 1, output: "" });
  expect(named.errors).toMatch(/^movieconnect: the account demo is not the demo account, and stays as it is: [^\n]+\n$/);
  expect((await login(password)).status).toBe(200);
  await change(
    "update users set username = 'dora', username_key = 'dora', email = 'Demo@example.com' where username_key = 'demo'",
  );
  const addressed = await demo();
  expect(addressed).toMatchObject({ status: 1, output: "" });
  expect(addressed.errors).toBe("movieconnect: email: A user with that email already exists.\n");
  expect((await logIn(inject("origin"), { username: "dora", password })).cookies).not.toEqual({});
});

test("a demonstration's account that was disabled stays disabled", async () => {
  const change = (text: string) => withDatabase(inject("databaseUrl"), (query) => query(text));
  await change("delete from users where username_key in ('demo', 'dora')");
  await demo();
  await change("update users set is_active = false where username_key = 'demo'");
  expect(await demo()).toMatchObject({
    status: 1,
    errors: "movieconnect: the account demo is disabled: user enable demo enables it\n",
  });
});
