import "server-only";

import { poolUsage } from "#db/pool.ts";
import { providers } from "#lib/auth/providers.ts";
import { beginAtZero, metrics, readGauges } from "#lib/observe/metrics.ts";
import { hashLoad } from "#lib/passwords/hash-queue.ts";
import { WALK_FAILURES } from "#lib/providers/walk.ts";
import { LIMIT_NAMES } from "#lib/rate-limits.ts";

/** Reads the gauges of the pool and of the hashing queue before each report of metrics, and only then. */
export function watchGauges(): void {
  const { sessions, passwordLookUps, throttled, mails, providerFailures } = metrics();
  const { hashesWaiting, hashesRunning, hashThreads, poolConnections, poolWaiting, poolLimit } = metrics();
  beginAtZero(sessions, "event", ["opened", "refreshed", "replayed", "resumed", "revoked"]);
  beginAtZero(passwordLookUps, "outcome", ["listed", "unlisted", "failed"]);
  beginAtZero(mails, "outcome", ["sent", "dropped", "failed"]);
  beginAtZero(throttled, "limit", LIMIT_NAMES);
  for (const { id: provider } of providers()) {
    for (const failure of WALK_FAILURES) providerFailures.inc({ provider, failure }, 0);
  }
  readGauges.set(() => {
    const { waiting, running, threads } = hashLoad();
    hashesWaiting.set(waiting);
    hashesRunning.set(running);
    hashThreads.set(threads);
    const pool = poolUsage();
    poolConnections.set({ state: "idle" }, pool.idle);
    poolConnections.set({ state: "busy" }, pool.busy);
    poolWaiting.set(pool.waiting);
    poolLimit.set(pool.limit);
  });
}
