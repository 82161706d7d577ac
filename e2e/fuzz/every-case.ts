import fc from "fast-check";
import { fuzzSettings } from "#e2e/tools/test-settings.ts";

const AT_ONCE = 32;

/** The seed of this run. The same FUZZ_SEED repeats the run. */
export const { seed, cases: totalCases } = fuzzSettings();

let sent = 0;
/** How many cases have been tried so far. */
export const casesSent = () => sent;

/**
 * Tries this many cases, several at once: one after the other they would take minutes.
 * @throws {Error} fast-check's report of the first that fails, shrunk to the smallest that still does
 */
export async function everyCase<Value>(count: number, cases: fc.Arbitrary<Value>, check: (value: Value) => Promise<void>) {
  const values = fc.sample(cases, { seed, numRuns: count });
  let next = 0;
  let failed: { index: number; error: unknown } | undefined;
  async function work(): Promise<void> {
    while (next < values.length && !failed) {
      const index = next++;
      await check(values[index] as Value).catch((error) => {
        failed ??= { index, error };
      });
      sent += 1;
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failed) await report(failed, cases, check);
}

async function report<Value>(
  { index, error }: { index: number; error: unknown },
  cases: fc.Arbitrary<Value>,
  check: (value: Value) => Promise<void>,
): Promise<never> {
  const property = fc.asyncProperty(cases, check);
  // Tries the same case again by itself, and then smaller ones.
  await fc.assert(property, { seed, path: String(index), numRuns: 1, interruptAfterTimeLimit: 30_000 });
  throw new Error(`FUZZ_SEED=${seed}: case ${index} failed, but not when it was repeated by itself`, { cause: error });
}
