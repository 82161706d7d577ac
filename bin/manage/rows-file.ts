import { open } from "node:fs/promises";

/** A report of any length: a JSON value whose `rows` are written as they are found, a line each. */
export type RowsFile = { add: (row: unknown) => void; close: (rest: Record<string, unknown>) => Promise<void> };

const BUFFERED = 64 * 1_024;

/**
 * Begins a report. Only its owner may read the file: it has people's names and addresses.
 * @throws {Error} one line, if it can't be written
 */
export async function openRowsFile(path: string): Promise<RowsFile> {
  const file = await open(path, "w", 0o600).catch((error: Error) => {
    throw new Error(`the report can't be written: ${error.message}`, { cause: error });
  });
  let buffered = '{"rows": [';
  let separator = "\n";
  let writing: Promise<unknown> = Promise.resolve();
  const flush = () => {
    const text = buffered;
    buffered = "";
    writing = writing.then(() => file.write(text));
    return writing;
  };
  return {
    add: (row) => {
      buffered += `${separator}${JSON.stringify(row)}`;
      separator = ",\n";
      // A failure is thrown by `close`.
      if (buffered.length > BUFFERED) flush().catch(() => undefined);
    },
    close: async (rest) => {
      buffered += `\n], ${JSON.stringify(rest, null, 1).slice(1).trimStart()}\n`;
      await flush();
      await file.close();
    },
  };
}
