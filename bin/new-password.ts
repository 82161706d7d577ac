import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { usageError, type Values } from "./manage-arguments.ts";

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
  const [password = "", again] = await ask(["New password: ", "Again: "]);
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

// The prompts go to stderr, stdout is the answer's. What is typed would be echoed to `nowhere`.
async function ask(prompts: string[]): Promise<string[]> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const lines = terminal[Symbol.asyncIterator]();
  const answers: string[] = [];
  for (const prompt of prompts) {
    process.stderr.write(prompt);
    const line = await lines.next();
    process.stderr.write("\n");
    // Ctrl-C or Ctrl-D.
    if (line.done) throw new Error("no password was given");
    answers.push(line.value);
  }
  terminal.close();
  return answers;
}
