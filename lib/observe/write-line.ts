import { terminalLine } from "./terminal-line.ts";

/**
 * Writes a line of the log to stdout: JSON, or what a person reads where stdout is a terminal. Colours are as `NO_COLOR` and
 * `FORCE_COLOR` say.
 * @param json with the line break at its end
 */
export function writeLine(json: string): void {
  const { stdout } = process;
  stdout.write(stdout.isTTY ? terminalLine(json, stdout.hasColors()) : json);
}
