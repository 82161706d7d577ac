import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { runModule } from "#e2e/run-module.ts";

const SETTINGS = { DATABASE_URL: "postgres://localhost/none", AUTH_SECRET: "a-secret-0123456789-0123456789-a-secret" };

test("a worker that is asked sends its counts and its process' figures, with the number of the question", async () => {
  const source = `
    import { reportMetrics } from "#bin/server/report-metrics.ts";
    import { metrics } from "#lib/observe/metrics.ts";
    reportMetrics();
    metrics().signups.inc(3);
    process.send("ready");`;
  const { child } = runModule(source, SETTINGS);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "message");
  child.send({ unknown: true });
  child.send({ wantsReport: 7 });
  const [{ report }] = await once(child, "message");
  expect(report.id).toBe(7);
  const figure = (wanted: string) => report.figures.find(({ name }: { name: string }) => name === wanted)?.values[0].value;
  expect(figure("movieconnect_signups_total")).toBe(3);
  expect(figure("process_resident_memory_bytes")).toBeGreaterThan(0);
});
