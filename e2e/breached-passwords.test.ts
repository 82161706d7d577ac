import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { readRange } from "#lib/passwords/read-range.ts";
import { type Answer, logIn, newSession, PASSWORD, send, signUp, signUpBody } from "./client.ts";
import { startServer, type TestServer, withDatabase } from "./harness.ts";
import { launch } from "./launch.ts";
import { type Receiver, startReceiver } from "./otlp-receiver.ts";
import {
  freshPassword,
  type Hashed,
  listing,
  naming,
  padding,
  type RangeService,
  range,
  startRangeService,
} from "./range-service.ts";
import { recoveryToken, reset } from "./recovery.ts";
import { scrape, scrapeWhole } from "./scrape.ts";

// New passwords are looked up among breached ones, at a service and in a directory. The service is another's: a stand-in
// answers as it does. Each server has one worker, since each worker remembers what it read.

const SETTINGS = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), WEB_CONCURRENCY: "1" };
const BREACHED = ["This password has appeared in a data breach."];
const NOT_LOOKED_UP = '"password_not_looked_up"';
const PASSWORD_PATH = "/api/user/password/";

let service: RangeService;
let receiver: Receiver;
/** Asks the service. */
let asking: TestServer;
let directory: string;
/** Reads the directory. */
let reading: TestServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "movieconnect ranges "));
  for (const name of ["00000.txt", "FFFFF.txt"]) await writeFile(join(directory, name), padding().join("\r\n"));
  [service, receiver] = await Promise.all([startRangeService(), startReceiver()]);
  const trusting = { NODE_EXTRA_CA_CERTS: service.certificate, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
  // One connection: a request that kept it during a look-up would let no other request in.
  const asks = { ...SETTINGS, ...trusting, BREACHED_PASSWORDS: service.url, DATABASE_POOL_SIZE: "1" };
  const reads = { ...SETTINGS, BREACHED_PASSWORDS: pathToFileURL(directory).href };
  [asking, reading] = await Promise.all([startServer(asks), startServer(reads)]);
});
afterAll(async () => {
  await Promise.all([asking.stop(), reading.stop()]);
  receiver.stop();
  await service.stop();
  await rm(directory, { recursive: true });
});

const signUpWith = ({ password }: Hashed, { origin } = asking, body = {}) =>
  send(origin, "POST", "/api/user/signup/", { json: { ...signUpBody(), password, ...body } });

const lookUps = async (outcome: string, { metrics } = asking) =>
  (await scrape(metrics, scrapeWhole)).get(`movieconnect_password_lookups_total{outcome="${outcome}"}`) ?? 0;

/** Repeats what met a look-up that took too long, as on a busy machine. */
async function unlessSlow<Outcome>(work: () => Promise<Outcome>, server = asking): Promise<Outcome> {
  for (;;) {
    const failed = await lookUps("failed", server);
    const outcome = await work();
    if ((await lookUps("failed", server)) === failed) return outcome;
  }
}

/** A way to a new password: makes an account, and returns how it gets a password. */
type Way = { field: string; open: () => Promise<(hashed: Hashed) => Promise<Answer>> };

async function openFirst() {
  const { user, cookies } = await newSession(asking.origin);
  await withDatabase(SETTINGS.DATABASE_URL, (query) => query("delete from passwords where user_id = $1", [user.id]));
  return ({ password }: Hashed) => send(asking.origin, "POST", PASSWORD_PATH, { json: { new_password: password }, cookies });
}

async function openChange() {
  const { cookies } = await newSession(asking.origin);
  return ({ password }: Hashed) =>
    send(asking.origin, "POST", PASSWORD_PATH, {
      json: { current_password: PASSWORD, new_password: password },
      cookies,
    });
}

async function openRecovery() {
  const { email } = await signUp(asking.origin);
  const token = await recoveryToken(inject("origin"), email);
  return ({ password }: Hashed) => reset(asking.origin, token, password);
}

const WAYS: Record<string, Way> = {
  "a signup": { field: "password", open: async () => (hashed) => signUpWith(hashed) },
  "a change": { field: "new_password", open: openChange },
  "a first password": { field: "new_password", open: openFirst },
  "a recovery": { field: "new_password", open: openRecovery },
};

test.each(Object.entries(WAYS))("%s refuses a breached password, changes nothing, and takes another one", async (_, way) => {
  const breached = freshPassword();
  service.respond(breached, range(listing(breached)));
  const use = await unlessSlow(async () => {
    const opened = await way.open();
    const answer = await opened(breached);
    if (answer.status === 400) expect(answer.json).toEqual({ [way.field]: BREACHED });
    return opened;
  });
  expect((await use(breached)).json).toEqual({ [way.field]: BREACHED });
  const answer = await use(freshPassword());
  expect([200, 201], answer.text).toContain(answer.status);
});

test("an operator's command refuses a breached password", async () => {
  const user = await signUp(asking.origin);
  const breached = freshPassword();
  await writeFile(join(directory, `${breached.prefix}.txt`), listing(breached).join("\r\n"));
  const args = ["bin/manage.ts", "user", "set-password", user.username, "--password-stdin"];
  const command = [process.execPath, "--import", "tsx", ...args];
  const variables = { ...SETTINGS, BREACHED_PASSWORDS: pathToFileURL(directory).href };
  const run = launch(variables, { command, input: breached.password });
  expect([await run.ended, run.errors()]).toEqual([1, expect.stringContaining(BREACHED.join())]);
  await logIn(asking.origin, user);
});

test("the service is asked for five digits of the hash, with padding, and is told nothing else", async () => {
  const hashed = await unlessSlow(async () => {
    const asked = freshPassword();
    await signUpWith(asked);
    return asked;
  });
  const url = `/range/${hashed.prefix}`;
  const headers = { host: new URL(service.url).host, connection: "close", "add-padding": "true", "user-agent": "MovieConnect" };
  expect(service.asked(hashed)).toEqual([{ method: "GET", url, headers }]);
});

test("a password that another rule refuses is not looked up", async () => {
  const hashed = freshPassword();
  const username = hashed.password.replaceAll(" ", "-");
  const answer = await signUpWith(hashed, asking, { username });
  expect(answer.json).toEqual({ password: ["The password is too similar to the username."] });
  expect(service.asked(hashed)).toEqual([]);
});

test("a password is looked up alike whether the name is free or taken, and whether a recovery's link is good or not", async () => {
  const { username, email } = await signUp(asking.origin);
  const token = await recoveryToken(inject("origin"), email);
  for (const { field, ask } of [
    { field: "password", ask: (hashed: Hashed) => signUpWith(hashed) },
    { field: "password", ask: (hashed: Hashed) => signUpWith(hashed, asking, { username }) },
    { field: "new_password", ask: ({ password }: Hashed) => reset(asking.origin, token, password) },
    { field: "new_password", ask: ({ password }: Hashed) => reset(asking.origin, `${token}x`, password) },
  ]) {
    const { json, asked } = await unlessSlow(async () => {
      const breached = freshPassword();
      service.respond(breached, range(listing(breached)));
      const answer = await ask(breached);
      return { json: answer.json, asked: service.asked(breached) };
    });
    expect(json).toMatchObject({ [field]: BREACHED });
    expect(asked).toHaveLength(1);
  }
});

test("a login looks nothing up", async () => {
  const { hashed, body } = await unlessSlow(async () => {
    const passing = freshPassword();
    const json = { ...signUpBody(), password: passing.password };
    expect((await send(asking.origin, "POST", "/api/user/signup/", { json })).status).toBe(201);
    return { hashed: passing, body: json };
  });
  service.respond(hashed, range(listing(hashed)));
  await logIn(asking.origin, body);
  expect(service.asked(hashed)).toHaveLength(1);
});

test("a hash that is listed with a count of 0 is padding, and its password passes", async () => {
  const unlisted = await lookUps("unlisted");
  const { status } = await unlessSlow(() => {
    const hashed = freshPassword();
    service.respond(hashed, range([...padding(), `${hashed.rest}:0`]));
    return signUpWith(hashed);
  });
  expect(status).toBe(201);
  expect(await lookUps("unlisted")).toBeGreaterThan(unlisted);
});

test("many signups with passwords of one range ask for it once", async () => {
  const { answers, asked } = await unlessSlow(async () => {
    const breached = freshPassword();
    service.respond(breached, (response) => setTimeout(() => range(listing(breached))(response), 100));
    const all = await Promise.all(Array.from({ length: 20 }, () => signUpWith(breached)));
    all.push(await signUpWith(breached));
    return { answers: all, asked: service.asked(breached) };
  });
  expect(answers.map(({ json }) => json)).toEqual(answers.map(() => ({ password: BREACHED })));
  expect(asked).toHaveLength(1);
});

test("no connection to the database is held while a password is looked up", async () => {
  const { status } = await unlessSlow(async () => {
    const breached = freshPassword();
    const { cookies } = await newSession(asking.origin);
    service.respond(breached, async (response) => {
      await send(asking.origin, "GET", "/api/user/sessions/", { cookies });
      range(listing(breached))(response);
    });
    const json = { current_password: PASSWORD, new_password: breached.password };
    return send(asking.origin, "POST", PASSWORD_PATH, { json, cookies });
  });
  expect(status).toBe(400);
});

const FAILURES: Record<string, (response: ServerResponse, breached: Hashed) => void> = {
  "fails (500)": (response, breached) => void response.writeHead(500).end(listing(breached).join("\r\n")),
  redirects: (response) => void response.writeHead(302, { location: `${service.url}?elsewhere` }).end(),
  "is silent": () => undefined,
  "is endlessly slow": (response, { rest }) => {
    response.write(`${rest}:1\r\n`);
    const dripping = setInterval(() => response.write(`${padding(1)}\r\n`), 100);
    response.on("close", () => clearInterval(dripping));
  },
  "is endless": (response, { rest }) => {
    response.write(`${rest}:1\r\n`);
    const pour = () => {
      while (!response.destroyed && response.write(`${padding(100).join("\r\n")}\r\n`));
    };
    response.on("drain", pour);
    pour();
  },
  "speaks of something else": (response, breached) => {
    const page = ["<html>Log in to the Wi-Fi</html>", ...listing(breached)];
    range(page)(response);
  },
  "says nothing": (response) => void response.writeHead(200).end(),
  "hangs up": (response, { rest }) => {
    response.writeHead(200, { "content-length": 50_000 }).write(`${rest}:1\r\n`, () => response.destroy());
  },
};

test("while the service fails passwords pass, which is counted, and logged once without a trace of them", async () => {
  const modes = Object.entries(FAILURES);
  const before = await lookUps("failed");
  const tried = await Promise.all(
    modes.map(async ([mode, fail]) => {
      const breached = freshPassword();
      service.respond(breached, (response) => fail(response, breached));
      const { status } = await signUpWith(breached);
      return { mode, status, breached };
    }),
  );
  expect(tried).toEqual(modes.map(([mode]) => expect.objectContaining({ mode, status: 201 })));
  expect((await lookUps("failed")) - before).toBe(modes.length);
  const lines = asking
    .output()
    .split("\n")
    .filter((line) => line.includes(NOT_LOOKED_UP));
  expect(lines).toEqual([expect.stringMatching(/"level":40.*"code":"[A-Z_\d]+"/)]);
  for (const { breached } of tried) {
    for (const secret of [breached.password, breached.rest]) {
      expect(asking.output().toUpperCase()).not.toContain(secret.toUpperCase());
    }
    expect(asking.output()).not.toMatch(naming(breached));
  }
});

test("a service with an unknown certificate is asked nothing", async () => {
  const { prefix } = freshPassword();
  // Unlike the application, this process does not trust the stand-in's authority.
  await expect(readRange(new URL(service.url), prefix)).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
});

test("in a directory a breached password is found whatever the case and the line ends, and no other", async () => {
  const [upper, lower, other] = [freshPassword(), freshPassword(), freshPassword()];
  await writeFile(join(directory, `${upper.prefix}.txt`), listing(upper).join("\r\n"));
  await writeFile(join(directory, `${lower.prefix}.txt`), `${listing(lower).join("\n").toLowerCase()}\n`);
  await writeFile(join(directory, `${other.prefix}.txt`), padding().join("\r\n"));
  for (const breached of [upper, lower]) {
    const { json } = await unlessSlow(() => signUpWith(breached, reading), reading);
    expect(json).toEqual({ password: BREACHED });
  }
  expect((await signUpWith(other, reading)).status).toBe(201);
});

test("a range that is missing in the directory, or is no range, lets a password pass, which is counted", async () => {
  const [missing, empty, long, cutOff] = [freshPassword(), freshPassword(), freshPassword(), freshPassword()];
  await writeFile(join(directory, `${empty.prefix}.txt`), "");
  await writeFile(join(directory, `${long.prefix}.txt`), [...listing(long), ...padding(30_000)].join("\r\n"));
  await writeFile(join(directory, `${cutOff.prefix}.txt`), listing(cutOff).join("\r\n").slice(0, -20));
  const before = await lookUps("failed", reading);
  for (const hashed of [missing, empty, long, cutOff]) expect((await signUpWith(hashed, reading)).status).toBe(201);
  expect((await lookUps("failed", reading)) - before).toBe(4);
  const lines = reading
    .output()
    .split("\n")
    .filter((line) => line.includes(NOT_LOOKED_UP));
  // On a busy machine the first look-up that failed may have been one that took too long.
  expect(lines).toEqual([expect.stringMatching(/"code":"(?:ENOENT|TIMEOUT)"/)]);
  expect(reading.output()).not.toMatch(naming(missing));
});

test("a trace of a request holds nothing of a password that was looked up", async () => {
  const hashed = freshPassword();
  await signUpWith(hashed);
  // What was not sent yet is sent at the stop.
  await asking.stop();
  const traces = receiver.raw().toString("latin1");
  expect(traces).toContain("/api/user/signup/");
  for (const secret of ["/range/", hashed.password, hashed.rest]) expect(traces).not.toContain(secret);
});
