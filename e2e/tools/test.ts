import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ensureBuild } from "#bin/primary/build.ts";
import { environmentWith } from "#lib/config.ts";
import { requireBrowser } from "./browser.ts";
import { missingForTests, setUpTests } from "./set-up.ts";

// `npm test` and `npm run test:faults`: the suites that are asked for, one after the other, and one line for all of them.

/** What a suite came to. `failures` name what failed and say how, for the end of a long output. */
type Count = { passed: number; failed: number; failures: string[] };

const SUITES: Record<string, () => Promise<Count>> = {
  vitest: () => runVitest(["--project=unit", "--project=http"]),
  browser: () => runPlaywright(requireBrowser()),
  operations: () => runVitest(["--project=operations"]),
  // What speaks HTTP and asks a database, once more, with a PgBouncer before every Postgres.
  pooled: () => runVitest(["--project=pooled"], { TEST_PGBOUNCER: "on" }),
  // These break what other tests rely on, and measure seconds: one file at a time, on a quiet machine.
  faults: () => runVitest(["--project=faults", "--no-file-parallelism"]),
};

/** Of what a failed test said, the end of a long output repeats so many lines. */
const MESSAGE_LINES = 14;

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
  counts.push({ passed: 0, failed: 1, failures: [] });
} finally {
  await rm(directory, { recursive: true, force: true });
}

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
for (const failure of counts.flatMap((count) => count.failures)) console.log(`failed: ${failure}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function runVitest(which: string[], variables: Record<string, string> = {}): Promise<Count> {
  const report = join(directory, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const status = await run("vitest/vitest.mjs", ["run", ...which, ...reporters], variables);
  const { numPassedTests = 0, testResults = [] }: VitestReport = await readReport(report);
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === "failed");
    const file = relative(process.cwd(), name);
    if (tests.length > 0) return tests.map((test) => `${file} > ${test.fullName}${how(test.failureMessages)}`);
    // A file that could not be read, or whose hooks failed
    return status === "failed" ? [`${file}: ${message}`] : [];
  });
  return total(which.join(" "), { passed: numPassedTests, failures, status });
}

async function runPlaywright(browser: string): Promise<Count> {
  const report = join(directory, "playwright.json");
  const environment = { BROWSER_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const status = await run(
    "playwright/cli.js",
    ["test", "--config=e2e/playwright.config.ts", "--reporter=list,json"],
    environment,
  );
  const { stats, suites = [], errors = [] }: PlaywrightReport = await readReport(report);
  const specs = suites.flatMap(function within(suite): Spec[] {
    return [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(within)];
  });
  const failures = [
    ...specs.filter(({ ok }) => !ok).map((spec) => `e2e/${spec.file} > ${spec.title}${how(messagesOf(spec))}`),
    ...errors.map(({ message }) => `browser: ${message}`),
  ];
  return total("browser", { passed: stats?.expected ?? 0, failures, status });
}

// A runner that fails without a failed test, for example because it was killed, is a failure, too.
function total(
  suite: string,
  { passed, failures, status }: { passed: number; failures: string[]; status: number | null },
): Count {
  const isFailure = status !== 0 || passed === 0;
  if (isFailure && failures.length === 0) return { passed, failed: 1, failures: [`${suite}: exit status ${status}`] };
  return { passed, failed: failures.length, failures };
}

type VitestReport = {
  numPassedTests?: number;
  testResults?: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
};
type Spec = {
  ok: boolean;
  file: string;
  title: string;
  tests?: { results?: { errors?: { message?: string }[] }[] }[];
};
type Suite = { specs?: Spec[]; suites?: Suite[] };
type PlaywrightReport = { stats?: { expected: number }; suites?: Suite[]; errors?: { message: string }[] };

/** The first lines of what a test said about its failure, indented below its name. */
function how(messages: string[] = []): string {
  const lines = stripVTControlCharacters(messages.join("\n")).split("\n").slice(0, MESSAGE_LINES);
  return lines.map((line) => `\n    ${line}`).join("");
}

function messagesOf({ tests = [] }: Spec): string[] {
  return tests.flatMap(({ results = [] }) => results.flatMap(({ errors = [] }) => errors.map(({ message = "" }) => message)));
}

/** The report that a runner wrote; nothing in it if it wrote none. */
async function readReport(file: string): Promise<object> {
  return JSON.parse(await readFile(file, "utf8").catch(() => "{}"));
}

function run(script: string, args: string[], variables: Record<string, string> = {}): Promise<number | null> {
  const command = [join("node_modules", script), ...args];
  const child = spawn(process.execPath, command, { stdio: "inherit", env: environmentWith(variables) });
  return new Promise((resolve) => child.on("exit", resolve));
}
