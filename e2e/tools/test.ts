import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuild } from "#bin/primary/build.ts";
import { environmentWith } from "#lib/config.ts";
import { requireBrowser } from "./browser.ts";
import { missingForTests, setUpTests } from "./set-up.ts";

// `npm test` and `npm run test:faults`: the suites that are asked for, one after the other, and one line for all of them.

type Count = { passed: number; failed: number };

const SUITES: Record<string, () => Promise<Count>> = {
  vitest: () => runVitest(["--project=unit", "--project=http"]),
  browser: () => runPlaywright(requireBrowser()),
  operations: () => runVitest(["--project=operations"]),
  // What speaks HTTP and asks a database, once more, with a PgBouncer before every Postgres.
  pooled: () => runVitest(["--project=pooled"], { TEST_PGBOUNCER: "on" }),
  // These break what other tests rely on, and measure seconds: one file at a time, on a quiet machine.
  faults: () => runVitest(["--project=faults", "--no-file-parallelism"]),
};

const directory = await mkdtemp(join(tmpdir(), "movieconnect-test-"));
const counts: Count[] = [];
try {
  const suites = process.argv.slice(2).map((name) => {
    const suite = SUITES[name];
    if (!suite) throw new Error(`there is no suite ${name}: ${Object.keys(SUITES).join(", ")}`);
    return suite;
  });
  const missing = missingForTests();
  if (missing.length > 0) {
    console.log(`The tests need what is not there yet (${missing.join(", ")}). Running npm run setup:tests first.`);
    setUpTests(console.log);
  }
  if (process.argv.includes("browser")) requireBrowser();
  await ensureBuild(".next", { environment: environmentWith({}), say: console.log, signal: new AbortController().signal });
  for (const run of suites) counts.push(await run());
} catch (error) {
  console.error(`movieconnect: ${error instanceof Error ? error.message : error}`);
  counts.push({ passed: 0, failed: 1 });
} finally {
  await rm(directory, { recursive: true, force: true });
}

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function runVitest(which: string[], variables: Record<string, string> = {}): Promise<Count> {
  const report = join(directory, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const status = await run("vitest/vitest.mjs", ["run", ...which, ...reporters], variables);
  const { numPassedTests = 0, numFailedTests = 0 } = await readReport(report);
  return total(numPassedTests, numFailedTests, status);
}

async function runPlaywright(browser: string): Promise<Count> {
  const report = join(directory, "playwright.json");
  const environment = { BROWSER_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const status = await run(
    "playwright/cli.js",
    ["test", "--config=e2e/playwright.config.ts", "--reporter=list,json"],
    environment,
  );
  const { expected = 0, unexpected = 0, flaky = 0 } = (await readReport(report)).stats ?? {};
  return total(expected, unexpected + flaky, status);
}

// A runner that fails without a failed test, for example because a file could not be read, is a failure, too.
function total(passedTests: number, failedTests: number, status: number | null): Count {
  const isFailure = status !== 0 || passedTests === 0;
  return { passed: passedTests, failed: isFailure ? Math.max(1, failedTests) : failedTests };
}

type Report = Record<string, number | undefined> & { stats?: Record<string, number | undefined> };

async function readReport(file: string): Promise<Report> {
  return JSON.parse(await readFile(file, "utf8").catch(() => "{}"));
}

function run(script: string, args: string[], variables: Record<string, string> = {}): Promise<number | null> {
  const command = [join("node_modules", script), ...args];
  const child = spawn(process.execPath, command, { stdio: "inherit", env: environmentWith(variables) });
  return new Promise((resolve) => child.on("exit", resolve));
}
