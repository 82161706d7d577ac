import { randomBytes } from "node:crypto";
import type { EventEmitter } from "node:events";
import autocannon from "autocannon";
import { cpuSeconds, workerPids } from "./process-figures.ts";
import type { Running } from "./start-measured.ts";

export type Load = Omit<autocannon.Options, "url"> & { path: string };
/** Latencies in milliseconds; `cpuMs`: CPU time of all workers for each request. */
export type Figures = { requestsPerSecond: number; p50: number; p99: number; cpuMs: number; errors: number };

export const PASSWORD = "seven-samurai-1954";
const JSON_TYPE = { "content-type": "application/json" };

/** Puts the load on the server for so many seconds. */
export async function measure(server: Running, { path, ...load }: Load, duration: number): Promise<Figures> {
  const pids = workerPids(server.pid);
  const before = cpuSeconds(pids);
  const result = await autocannon({ ...load, url: `${server.origin}${path}`, duration });
  const spent = cpuSeconds(pids) - before;
  return {
    requestsPerSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpuMs: (spent * 1_000) / Math.max(1, result.requests.total),
    errors: result.errors + result.non2xx,
  };
}

/**
 * Each connection refreshes a new session of its own, with the cookies that its last answer set. New, because an answer
 * that was under way when a round ended is lost: going on with its predecessor would be a replay.
 */
export async function refreshing(server: Running, username: string, connections: number): Promise<Load> {
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

export async function signUp({ origin }: Running): Promise<string> {
  const username = `bench${randomBytes(6).toString("hex")}`;
  const body = JSON.stringify({ username, email: `${username}@example.com`, password: PASSWORD, age: "1990-01-02" });
  const answer = await fetch(`${origin}/api/user/signup/`, { method: "POST", body, headers: JSON_TYPE });
  if (answer.status !== 201) throw new Error(`signup answered ${answer.status}`);
  return username;
}

/** A new session, as a `Cookie` header. */
export async function logIn(server: Running, username: string): Promise<string> {
  const body = JSON.stringify({ username, password: PASSWORD });
  const answer = await fetch(`${server.origin}/api/token/`, { method: "POST", body, headers: JSON_TYPE });
  if (answer.status !== 200) throw new Error(`login answered ${answer.status}`);
  return toCookieHeader(answer.headers.getSetCookie());
}

function toCookieHeader(setCookies: string[]): string {
  return setCookies.map((line) => line.split(";", 1)[0]).join("; ");
}
