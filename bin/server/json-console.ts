import { format, stripVTControlCharacters } from "node:util";
import { nameRequest } from "#lib/observe/log.ts";
import { writeLine } from "#lib/observe/write-line.ts";

const LEVELS = { debug: 20, log: 30, info: 30, warn: 40, error: 50 };

/**
 * From now on, messages of Next, Node and libraries to the console have the form of the application's own log. Of an error only
 * the stack is logged: its other fields may quote user input. In development whole errors are logged, to which Next adds the
 * place in the source.
 */
export function logConsoleAsJson(isDev: boolean): void {
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name as keyof typeof LEVELS] = (...args: unknown[]) => {
      const text = format(...(isDev ? args : args.map(stackOf)));
      // Next colours its messages if stdout is a terminal.
      const msg = stripVTControlCharacters(text);
      writeLine(`${JSON.stringify({ level, time: Date.now(), pid: process.pid, ...nameRequest(level), msg })}\n`);
    };
  }
  // Node's own listeners write text to stderr.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => console.warn(warning));
  // Next's development server has its own listener, and goes on after an uncaught exception.
  if (isDev) return;
  process.on("uncaughtException", (error) => {
    console.error(error);
    process.exit(1);
  });
}

function stackOf(value: unknown): unknown {
  return value instanceof Error ? value.stack : value;
}
