import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { usageError, type Values } from "./arguments.ts";
import { ask } from "./ask.ts";

/**
 * A new password: typed at the terminal, read from stdin, or generated. Never an argument: every user of the machine can list
 * those.
 * @returns `generated`: the password, if it was generated and must be shown
 * @throws {UsageError} if a password must be typed, and there is no terminal @throws {Error} one line
 */
export async function newPassword(values: Values): Promise<{ password: string; generated?: string }> {
  const { "password-stdin": isPiped, "generate-password": isGenerated } = values;
  if (isPiped && isGenerated) throw usageError("--password-stdin and --generate-password exclude each other");
  if (isPiped) return { password: await readPassword() };
  if (isGenerated) {
    const generated = randomBytes(18).toString("base64url");
    return { password: generated, generated };
  }
  if (!process.stdin.isTTY)
    throw usageError("there is no terminal to ask for a password: add --password-stdin or --generate-password");
  const [password = "", again] = await ask(["New password: ", "Again: "], "hidden");
  if (password !== again) throw new Error("the two passwords differ");
  return { password };
}

// One line break at the end comes from the shell, as in `echo … |`. All the rest is the password.
async function readPassword(): Promise<string> {
  const bytes = await buffer(process.stdin);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    throw new Error("the password is not UTF-8");
  }
}
