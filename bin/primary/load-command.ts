import { assertOpenFiles } from "./open-files.ts";

/**
 * Runs a command that starts the application, by loading its module. Node opens the hundred or so files of the command at the
 * same time: where the limit of open files is too low for that, the message must come first.
 */
export function loadCommand(load: () => Promise<unknown>): void {
  try {
    assertOpenFiles();
  } catch (error) {
    console.error(`movieconnect: ${(error as Error).message}`);
    process.exit(1);
  }
  load();
}
