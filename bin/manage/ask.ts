import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/**
 * Asks for one line per prompt at the terminal. The prompts go to stderr, since stdout is for the command's result.
 * @param typed whether the terminal shows what is typed
 * @throws {Error} when nothing was typed: after a Ctrl-C or Ctrl-D
 */
export async function ask(prompts: string[], typed: "shown" | "hidden"): Promise<string[]> {
  // readline echoes what is typed to its output.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = typed === "shown" ? process.stderr : nowhere;
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  const lines = terminal[Symbol.asyncIterator]();
  const answers: string[] = [];
  for (const prompt of prompts) {
    process.stderr.write(prompt);
    const line = await lines.next();
    if (typed === "hidden" || line.done) process.stderr.write("\n");
    if (line.done) throw new Error("nothing was typed");
    answers.push(line.value);
  }
  terminal.close();
  return answers;
}
