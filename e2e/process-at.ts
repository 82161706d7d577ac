import { onTestFinished, vi } from "vitest";
import { forget } from "#lib/per-process.ts";

/** Makes this process as one that starts at this moment with these settings: modules that are imported from now on are loaded anew. */
export function processAt(moment: string, settings: Record<string, string>): void {
  vi.resetModules();
  forget("config");
  for (const [name, value] of Object.entries({ DATABASE_URL: "postgres://localhost/none", ...settings })) vi.stubEnv(name, value);
  // The clock starts anew. It reads `Date` until a database has answered, and `performance`: both are held.
  forget("clock");
  vi.useFakeTimers({ now: new Date(moment), toFake: ["Date", "performance"] });
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.useRealTimers();
  });
}
