import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { usageError, type Values } from "./arguments.ts";
import { ask } from "./ask.ts";

/**
 * A password for somebody, never from an argument: everybody on the machine may list those.
 * @returns `generated`: the password, where it was made here and somebody has to be told
 * @throws {UsageError} where there is nobody to ask @throws {Error} one line
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
    throw usageError("there is no terminal to ask for a password: --password-stdin or --generate-password");
  const [password = "", again] = await ask(["New password: ", "Again: "], "hidden");
  if (password !== again) throw new Error("the two passwords differ");
  return { password };
}

// One line's end is the shell's, as in `echo … |`; all else is the password.
async function readPassword(): Promise<string> {
  const bytes = await buffer(process.stdin);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    throw new Error("the password is not UTF-8");
  }
}
