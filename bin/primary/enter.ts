import { assertOpenFiles } from "./open-files.ts";

/**
 * Loads a command that starts the application, and runs it by that. Its modules are some hundred files, which Node opens side
 * by side: where that can't be, the one line has to come before them.
 */
export function enter(load: () => Promise<unknown>): void {
  try {
    assertOpenFiles();
  } catch (error) {
    console.error(`movieconnect: ${(error as Error).message}`);
    process.exit(1);
  }
  load();
}
