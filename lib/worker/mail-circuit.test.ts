import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { log } from "#lib/observe/log.ts";
import { forget, perProcess } from "#lib/per-process.ts";
import { mailCircuit } from "./mail-circuit.ts";

const lines: object[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  perProcess("log", () => ({}) as ReturnType<typeof log>).set({
    info: (line: object) => lines.push(line),
    warn: (line: object) => lines.push(line),
  } as never);
});
afterEach(() => {
  vi.useRealTimers();
  forget("log");
  lines.length = 0;
});

test("while the mail server is away one mail at a time tries it, ever less often, and each change is logged once", () => {
  const circuit = mailCircuit();
  expect(circuit.mayPass(10)).toBe(10);
  const waits: number[] = [];
  for (let failures = 0; failures < 8; failures += 1) {
    circuit.failed({ code: "ESOCKET" });
    expect(circuit.mayPass(10)).toBe(0);
    let waited = 0;
    for (; circuit.mayPass(10) === 0; waited += 100) vi.advanceTimersByTime(100);
    expect(circuit.mayPass(10)).toBe(1);
    waits.push(waited);
  }
  expect(waits[0]).toBeLessThanOrEqual(1_000);
  expect(waits[3]).toBeGreaterThanOrEqual(4_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
  circuit.passed();
  circuit.passed();
  expect(circuit.mayPass(10)).toBe(10);
  expect(lines).toEqual([{ event: "mail_server_away", code: "ESOCKET" }, { event: "mail_server_back" }]);
});
