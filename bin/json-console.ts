import { format } from "node:util";
import { nameRequest } from "../lib/log.ts";

const LEVELS = { debug: 20, log: 30, info: 30, warn: 40, error: 50 };

/**
 * From now on what Next, Node and libraries tell the console is a JSON object a line, as the application's own log is.
 * Of an error only the stack is kept: its other fields may quote what a user sent.
 */
export function logConsoleAsJson(): void {
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name as keyof typeof LEVELS] = (...args: unknown[]) => {
      const msg = format(...args.map((arg) => (arg instanceof Error ? arg.stack : arg)));
      process.stdout.write(`${JSON.stringify({ level, time: Date.now(), pid: process.pid, ...nameRequest(level), msg })}\n`);
    };
  }
  // Node's own listeners write text to stderr.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => console.warn(warning));
  process.on("uncaughtException", (error) => {
    console.error(error);
    process.exit(1);
  });
}
