import { randomBytes } from "node:crypto";
import type { EventEmitter } from "node:events";
import autocannon from "autocannon";
import type { Figures, Turns } from "./bench-figures.ts";
import { cpuSeconds } from "./process-figures.ts";

export type Load = Omit<autocannon.Options, "url"> & { path: string };
/** Where a load goes, and the processes that it costs CPU time. */
export type Target = { origin: string; workers: number[]; nginx: number[] };
type Targets = { direct: Target; nginx: Target | undefined };
type Trial = (target: Target) => Promise<Figures>;

export const PASSWORD = "seven-samurai-1954";
const JSON_TYPE = { "content-type": "application/json" };

/** Tries everything on both targets, round by round: what is to be compared is measured side by side. */
export async function inTurns<Name extends string>(rounds: number, targets: Targets, trials: Record<Name, Trial>) {
  const all = Object.entries<Trial>(trials).map(([name, trial]) => ({ name, trial, turns: { direct: [], nginx: [] } as Turns }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { trial, turns } of all) {
      turns.direct.push(await trial(targets.direct));
      if (targets.nginx) turns.nginx.push(await trial(targets.nginx));
    }
  }
  return Object.fromEntries(all.map(({ name, turns }) => [name, turns])) as Record<Name, Turns>;
}

/** Puts the load on the target for so many seconds. Nobody verifies the certificate: autocannon never does. */
export async function measure({ origin, workers, nginx }: Target, { path, ...load }: Load, duration: number): Promise<Figures> {
  const before = [cpuSeconds(workers), cpuSeconds(nginx)] as const;
  const result = await autocannon({ ...load, url: `${origin}${path}`, duration });
  const spent = [cpuSeconds(workers) - before[0], cpuSeconds(nginx) - before[1]] as const;
  const eachMs = (seconds: number) => (seconds * 1_000) / Math.max(1, result.requests.total);
  return {
    requestsPerSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpuMs: eachMs(spent[0]),
    nginxCpuMs: eachMs(spent[1]),
    errors: result.errors + result.non2xx,
  };
}

/**
 * Each connection refreshes a new session of its own, with the cookies that its last answer set. New, because an answer
 * that was under way when a round ended is lost: going on with its predecessor would be a replay.
 */
export async function refreshing(server: Target, username: string, connections: number): Promise<Load> {
  const cookies = await Promise.all(Array.from({ length: connections }, () => logIn(server, username)));
  let next = 0;
  const setupClient = (client: autocannon.Client) => {
    const index = next % cookies.length;
    next += 1;
    client.setHeaders({ cookie: cookies[index] ?? "" });
    const onHeaders = ({ headers }: { headers: string[] }) => {
      const set = headers.filter((_, at) => at > 0 && headers[at - 1]?.toLowerCase() === "set-cookie");
      if (set.length === 0) return;
      cookies[index] = toCookieHeader(set);
      client.setHeaders({ cookie: cookies[index] ?? "" });
    };
    // Documented, and missing in the types.
    (client as unknown as EventEmitter).on("headers", onHeaders);
  };
  return { path: "/api/token/refresh/", method: "POST", connections: cookies.length, setupClient };
}

/** The right password of one account, over and over. */
export function loggingIn(username: string, connections: number): Load {
  const body = JSON.stringify({ username, password: PASSWORD });
  return { path: "/api/token/", method: "POST", connections, headers: JSON_TYPE, body };
}

export async function signUp({ origin }: Target): Promise<string> {
  const username = `bench${randomBytes(6).toString("hex")}`;
  const body = JSON.stringify({ username, email: `${username}@example.com`, password: PASSWORD, age: "1990-01-02" });
  const answer = await fetch(`${origin}/api/user/signup/`, { method: "POST", body, headers: JSON_TYPE });
  if (answer.status !== 201) throw new Error(`signup answered ${answer.status}`);
  return username;
}

/** A new session, as a `Cookie` header. */
export async function logIn({ origin }: Target, username: string): Promise<string> {
  const body = JSON.stringify({ username, password: PASSWORD });
  const answer = await fetch(`${origin}/api/token/`, { method: "POST", body, headers: JSON_TYPE });
  if (answer.status !== 200) throw new Error(`login answered ${answer.status}`);
  return toCookieHeader(answer.headers.getSetCookie());
}

function toCookieHeader(setCookies: string[]): string {
  return setCookies.map((line) => line.split(";", 1)[0]).join("; ");
}
