import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer, withDatabase } from "#e2e/harness.ts";
import { childrenOf, pausePostgres, workersOf } from "#e2e/launch.ts";
import { hasNginx, startNginx, type TestNginx } from "#e2e/nginx-server.ts";
import { restartPostgres, stopPostgres } from "#e2e/postgres-control.ts";
import { type Attempt, accountsThatRefuse, pause } from "./person.ts";
import { type Storm, startStorm } from "./storm.ts";

// Two applications behind Nginx on one Postgres, and users who go on while one part after the other breaks.

const PEOPLE = 8;
const UNAVAILABLE = '{"detail":"Service temporarily unavailable.","code":"unavailable"}';
// The contract says 2 s. A test's clock also counts what a busy machine adds.
const LIMIT_MS = 3_000;
const RECOVERY_MS = 5_000;
const WATCHED_MS = 1_500;

let postgres: TestPostgres;
let nginx: TestNginx;
let storm: Storm;
const applications: TestServer[] = [];
const ports: number[] = [];
const nginxPorts = { http: 0, https: 0 };

async function startApplication(index: number): Promise<void> {
  const { url: DATABASE_URL } = postgres;
  const variables = { DATABASE_URL, AUTH_SECRET: "storm-0123456789-abcdefghijklmnopqrstuvwxyz", PORT: String(ports[index]) };
  applications[index] = await startServer(variables);
}

const startFront = () =>
  startNginx({ mode: "development", upstreams: ports.map((port) => `127.0.0.1:${port}`), ports: nginxPorts, isWatched: true });

type Fault = {
  what: string;
  /** Breaks something. Resolves when everything runs again. */
  happen: () => Promise<unknown>;
  /** Whether Postgres is the broken part, so that requests that need it must be refused within 2 s. */
  isDatabase?: boolean;
};

const FAULTS: Fault[] = [
  { what: "a worker is killed", happen: () => signalWorker("SIGKILL") },
  {
    what: "a worker hangs for 3 s",
    happen: async () => {
      const pid = await signalWorker("SIGSTOP");
      await pause(3_000);
      process.kill(pid, "SIGCONT");
    },
  },
  {
    what: "an application is killed with all its workers, and started again",
    happen: async () => {
      applications[0]?.process.kill("SIGKILL");
      await pause(1_000);
      await startApplication(0);
    },
  },
  {
    what: "both applications are restarted in turn",
    happen: async () => {
      for (const index of [0, 1]) {
        await applications[index]?.stop();
        await startApplication(index);
      }
    },
  },
  { what: "Postgres is restarted", isDatabase: true, happen: () => awayFor(1_500, "fast") },
  { what: "Postgres crashes, and recovers", isDatabase: true, happen: () => awayFor(1_500, "immediate") },
  {
    what: "Postgres hangs for 4 s",
    isDatabase: true,
    happen: async () => {
      const resume = await pausePostgres(postgres.directory);
      await pause(4_000);
      resume();
    },
  },
  { what: "Postgres drops every connection", happen: () => dropConnections() },
  {
    what: "Postgres takes no writes for 3 s",
    isDatabase: true,
    // Reads go on. A role's `default_transaction_read_only` would have no effect: the application sets its own.
    happen: () =>
      withDatabase(postgres.directUrl, async (query) => {
        await query("begin");
        await query("lock table users, sessions in share mode");
        await pause(3_000);
        await query("commit");
      }),
  },
  { what: "Nginx is reloaded", happen: async () => nginx.reload() },
  {
    what: "a worker of Nginx is killed",
    happen: async () => process.kill((await childrenOf(nginx.pid))[0] ?? 0, "SIGKILL"),
  },
  {
    what: "Nginx hangs for 3 s",
    happen: async () => {
      const processes = [nginx.pid, ...(await childrenOf(nginx.pid))];
      for (const pid of processes) process.kill(pid, "SIGSTOP");
      await pause(3_000);
      for (const pid of processes) process.kill(pid, "SIGCONT");
    },
  },
  {
    what: "Nginx is restarted",
    happen: async () => {
      await nginx.stop();
      nginx = await startFront();
    },
  },
];

async function signalWorker(signal: NodeJS.Signals): Promise<number> {
  const [pid = 0] = await workersOf(applications[0]?.process.pid ?? 0);
  process.kill(pid, signal);
  return pid;
}

async function awayFor(milliseconds: number, mode: "fast" | "immediate"): Promise<void> {
  await stopPostgres(postgres, mode);
  await pause(milliseconds);
  await restartPostgres(postgres);
}

function dropConnections() {
  const text = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'movieconnect'";
  return withDatabase(postgres.directUrl, (query) => query(text));
}

describe.skipIf(!hasNginx())("in a storm of signups, logins and refreshes", () => {
  beforeAll(async () => {
    postgres = await startPostgres();
    ports.push(await freePort(), await freePort());
    Object.assign(nginxPorts, { http: await freePort(), https: await freePort() });
    await Promise.all([startApplication(0), startApplication(1)]);
    nginx = await startFront();
    storm = startStorm(() => nginx.http, postgres.directUrl, PEOPLE);
    await eventually(() => storm.attempts.filter(({ what }) => what === "refresh").length > 2 * PEOPLE);
  });
  afterAll(async () => {
    await storm?.stop();
    await nginx?.stop();
    await Promise.all(applications.map((application) => application.stop()));
    await postgres?.stop();
  });

  test.each(FAULTS)(
    "$what: nothing acknowledged is lost, and within 5 s every request is served again",
    async ({ happen, isDatabase }) => {
      const since = performance.now();
      await happen();
      const over = performance.now();
      const isServedAgain = await whenServedAgain(over).then(
        () => true,
        () => false,
      );
      const watchedFrom = performance.now() - WATCHED_MS;
      expect(storm.wrongs).toEqual([]);
      const attempts = storm.attempts.filter(({ startedAt }) => startedAt > since);
      for (const { answer } of attempts) if (answer?.status === 503) expectUnavailable(answer);
      if (isDatabase) expectQuick(attempts);
      const after = attempts.filter(({ startedAt }) => startedAt > watchedFrom);
      expect(after.filter(isFailure).map(describeAttempt)).toEqual([]);
      expect([isServedAgain, after.length > PEOPLE]).toEqual([true, true]);
      await expectNothingHalfMade();
    },
  );

  test("after all faults every acknowledged signup logs in", async () => {
    await storm.stop();
    expect(storm.acknowledged.length).toBeGreaterThan(2 * PEOPLE);
    expect(await accountsThatRefuse(nginx.http, storm.acknowledged)).toEqual([]);
    expect(storm.wrongs).toEqual([]);
  });
});

/** Resolves when for `WATCHED_MS` no request has failed and none has waited for so long; rejects if that begins later than allowed. */
function whenServedAgain(over: number): Promise<void> {
  const isServed = () => {
    const since = performance.now() - WATCHED_MS;
    const isFailing = storm.attempts.some((one) => isFailure(one) && one.startedAt + one.milliseconds > since);
    const isStuck = [...storm.waiting].some((startedAt) => startedAt < since);
    return since >= over && !isFailing && !isStuck;
  };
  return eventually(isServed, (RECOVERY_MS + WATCHED_MS) / 1_000);
}

function expectUnavailable({ text, headers }: NonNullable<Attempt["answer"]>): void {
  expect(text).toBe(UNAVAILABLE);
  expect(headers["retry-after"]).toMatch(/^[1-9]\d*$/);
  expect(headers["set-cookie"]).toBeUndefined();
}

function expectQuick(attempts: Attempt[]): void {
  const refused = attempts.filter(({ answer }) => answer?.status === 503);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.filter(({ milliseconds }) => milliseconds > LIMIT_MS).map(describeAttempt)).toEqual([]);
}

const isFailure = ({ answer }: Attempt) => answer === null || answer.status === 503;
const describeAttempt = ({ what, answer, milliseconds }: Attempt) =>
  `${what}: ${answer?.status ?? "no answer"} after ${Math.round(milliseconds)} ms`;

async function expectNothingHalfMade(): Promise<void> {
  const names = storm.acknowledged.map(({ username }) => username);
  const [row] = await withDatabase(postgres.url, (query) =>
    query(
      `select (select count(*)::int from users left join passwords on user_id = id where encoded is null) as without_password,
              (select count(*)::int from passwords left join users on user_id = id where id is null) as without_user,
              (select count(*)::int from unnest($1::text[]) as name where name not in (select username from users)) as lost`,
      [names],
    ),
  );
  expect(row).toEqual({ without_password: 0, without_user: 0, lost: 0 });
}
