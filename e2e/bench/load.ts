import { randomBytes } from "node:crypto";
import type { EventEmitter } from "node:events";
import autocannon from "autocannon";
import type { Figures } from "./figures.ts";
import { cpuSeconds } from "./process-figures.ts";

export type Load = Omit<autocannon.Options, "url"> & { path: string };
/** Where a load goes, and the processes that it costs CPU time. */
export type Target = { origin: string; workers: number[]; nginx: number[] };
type Trial<Place extends string> = (target: Target, place: Place) => Promise<Figures>;

export const PASSWORD = "seven-samurai-1954";
const JSON_TYPE = { "content-type": "application/json" };

/** Tries everything at every place, round by round: what is to be compared is measured side by side. */
export async function inTurns<Name extends string, Place extends string>(
  rounds: number,
  targets: Record<Place, Target | undefined>,
  trials: Record<Name, Trial<Place>>,
): Promise<Record<Name, Record<Place, Figures[]>>> {
  const places = Object.keys(targets) as Place[];
  const names = Object.keys(trials) as Name[];
  const noFigures = () => Object.fromEntries(places.map((place) => [place, [] as Figures[]])) as Record<Place, Figures[]>;
  const all = Object.fromEntries(names.map((name) => [name, noFigures()])) as Record<Name, Record<Place, Figures[]>>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      for (const place of places) {
        const target = targets[place];
        if (target) all[name][place].push(await trials[name](target, place));
      }
    }
  }
  return all;
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
export async function refreshing(server: Target, username: string | (() => string), connections: number): Promise<Load> {
  const name = typeof username === "string" ? () => username : username;
  const cookies: string[] = [];
  // One by one: a busy machine would turn some of them away.
  while (cookies.length < connections) cookies.push(await logIn(server, name()));
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

/** The right password of one account, over and over; or of whichever is named next. */
export function loggingIn(username: string | (() => string), connections: number): Load {
  const name = typeof username === "string" ? () => username : username;
  return posting("/api/token/", () => ({ username: name(), password: PASSWORD }), connections);
}

/** A new account with each request. */
export function signingUp(connections: number): Load {
  return posting("/api/user/signup/", () => signUpBody(), connections);
}

function posting(path: string, body: () => object, connections: number): Load {
  const setupRequest = (request: autocannon.Request) => ({ ...request, body: JSON.stringify(body()) });
  return { path, connections, requests: [{ method: "POST", path, headers: JSON_TYPE, setupRequest }] };
}

function signUpBody(username = `bench${randomBytes(6).toString("hex")}`) {
  return { username, email: `${username}@example.com`, password: PASSWORD, age: "1990-01-02" };
}

export async function signUp({ origin }: Target): Promise<string> {
  const body = signUpBody();
  const answer = await fetch(`${origin}/api/user/signup/`, { method: "POST", body: JSON.stringify(body), headers: JSON_TYPE });
  if (answer.status !== 201) throw new Error(`signup answered ${answer.status}`);
  return body.username;
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
