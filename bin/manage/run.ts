import { AppError } from "#lib/errors.ts";
import { sayProblems } from "#lib/http/field-words.ts";
import { type Arguments, help, readArguments, type UsageError } from "./arguments.ts";
import { COMMANDS } from "./commands.ts";
import { openManagedDatabase } from "./database.ts";

/** Runs a command line. @returns the exit status: 0 done, 1 refused or failed, 2 not a command */
export async function manage(args: string[]): Promise<number> {
  let given: Arguments | null;
  try {
    given = readArguments(args);
  } catch (error) {
    return complain(`${(error as UsageError).message}; --help lists the commands`, 2);
  }
  if (!given) {
    console.log(help());
    return 0;
  }
  try {
    const { lines, json, status = 0 } = await COMMANDS[given.command](await openManagedDatabase(), given);
    console.log(given.values.json ? JSON.stringify(json) : lines.join("\n"));
    return status;
  } catch (error) {
    return complain(describe(error), "isUsage" in (error as Error) ? 2 : 1);
  }
}

function complain(message: string, status: number): number {
  console.error(`movieconnect: ${message.replaceAll(/\s*\n\s*/g, " ")}`);
  return status;
}

/** The options whose names differ from the API's fields. */
const LABELS: Record<string, string> = { age: "birth-date" };

function describe(error: unknown): string {
  if (!(error instanceof AppError)) return error instanceof Error ? error.message : String(error);
  if (error.code !== "invalid_input") return error.code;
  const { fields } = error.details as AppError<"invalid_input">["details"];
  return Object.entries(sayProblems(fields))
    .map(([field, messages]) => `${LABELS[field] ?? field}: ${messages.join(" ")}`)
    .join(" ");
}
