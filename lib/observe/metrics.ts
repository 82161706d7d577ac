import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { perProcess } from "#lib/per-process.ts";

/** This worker's metrics. The primary adds up those of all workers. */
export const metrics = perProcess("metrics", createMetrics).get;

/** Sets the gauges to their current values. lib/worker/gauges.ts provides it; bin/server calls it before each report. */
export const readGauges = perProcess("read-gauges", (): (() => void) => () => undefined);

/** Begins each series at 0, since Prometheus sees no increase in a series that begins at 1. */
export function beginAtZero<Label extends string>(counter: Counter<Label>, label: Label, values: string[]): void {
  for (const value of values) counter.inc({ [label]: value } as Record<Label, string>, 0);
}

function createMetrics() {
  const registry = new Registry();
  const named = (name: string, help: string) => ({ name: `movieconnect_${name}`, help, registers: [registry] });
  return {
    registry,
    requests: new Counter({
      ...named("http_requests_total", "Requests answered; status 499 is a client that left before."),
      labelNames: ["route", "method", "status"],
    }),
    requestSeconds: new Histogram({
      ...named("http_request_duration_seconds", "From a request's headers to the end of its answer."),
      labelNames: ["route"],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    }),
    sessions: new Counter({
      ...named(
        "sessions_total",
        "Sessions opened, adopted from Django, refreshed, replayed, resumed after the database went back in time, revoked.",
      ),
      labelNames: ["event"],
    }),
    signups: new Counter(named("signups_total", "Accounts made.")),
    loginsRefused: new Counter(
      named("logins_refused_total", "Logins with a wrong name or password, and wrong passwords of signed-in users."),
    ),
    passkeysRefused: new Counter(
      named("passkeys_refused_total", "Answers of passkeys that did not hold: forged, copied, or of another site."),
    ),
    passwordLookUps: new Counter({
      ...named("password_lookups_total", "New passwords found among breached ones, not found, taken without a look there."),
      labelNames: ["outcome"],
    }),
    providerFailures: new Counter({
      ...named("provider_failures_total", "Logins with another provider, and what else leads there, that came to nothing."),
      labelNames: ["provider", "failure"],
    }),
    throttled: new Counter({ ...named("throttled_total", "Requests over a limit on attempts."), labelNames: ["limit"] }),
    mails: new Counter({
      ...named("mails_total", "Mails that the mail server took, that had nobody to go to, that failed for good."),
      labelNames: ["outcome"],
    }),
    // Each worker asks the database: their answers are not added up.
    mailOldestSeconds: new Gauge({
      ...named("mail_oldest_seconds", "For how long the oldest mail that waits has been waiting."),
      aggregator: "max",
    }),
    secretsUnreadable: new Gauge({
      ...named("secrets_unreadable", "Secrets of authenticator apps that no secret in AUTH_SECRET opens."),
      aggregator: "max",
    }),
    databaseWentBack: new Counter(
      named("database_went_back_total", "Times that a worker found another database, or an older one of the same, in its place."),
    ),
    hashSeconds: new Histogram({
      ...named("hash_seconds", "Work of one password hash, without the wait for a thread."),
      buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    }),
    hashesRefused: new Counter(named("hash_refused_total", "Hashes turned away because the wait would have been too long.")),
    hashesWaiting: new Gauge(named("hash_queue_waiting", "Passwords that wait for a thread.")),
    hashesRunning: new Gauge(named("hash_queue_running", "Threads that hash.")),
    hashThreads: new Gauge(named("hash_threads", "Threads that could; 0 before the first hash, and while none can be loaded.")),
    poolConnections: new Gauge({
      ...named("pool_connections", "Connections to Postgres."),
      labelNames: ["state"],
    }),
    poolWaiting: new Gauge(named("pool_waiting", "Statements that wait for a connection.")),
    poolLimit: new Gauge(named("pool_limit", "Connections to Postgres that may be opened.")),
  };
}
