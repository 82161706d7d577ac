import { launch, startCommand } from "#e2e/launch.ts";
import type { Target } from "./load.ts";
import { workerPids } from "./process-figures.ts";

export type BenchServer = Target & { pid: number; stop: () => Promise<void> };

/**
 * The application, as `npm start` runs it. Limits are on, and so high that nobody meets them: they cost what they cost.
 * @param directory where the source is, if it is not this one
 */
export async function startForBench(variables: Record<string, string>, directory?: string): Promise<BenchServer> {
  const high = "9999999/60";
  const place = directory === undefined ? {} : { cwd: directory, command: startCommand(directory) };
  const settings = {
    LOG_LEVEL: "warn",
    RATE_LIMITS: "on",
    RATE_LIMIT_LOGIN_ADDRESS: high,
    RATE_LIMIT_LOGIN_ACCOUNT_ADDRESS: high,
    RATE_LIMIT_LOGIN_ACCOUNT: high,
    RATE_LIMIT_SIGNUP: high,
    RATE_LIMIT_REFRESH: high,
    ACCESS_TOKEN_LIFETIME: "3600",
    // Each refresh rotates.
    REFRESH_GRACE: "0",
    ...variables,
  };
  const launched = launch(settings, place);
  const origin = await launched.origin;
  const stop = async () => {
    launched.process.kill("SIGTERM");
    await launched.ended;
  };
  return { origin, pid: launched.pid, workers: workerPids(launched.pid, "worker.ts"), nginx: [], stop };
}
