import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/**
 * Asks at the terminal, one line each. The prompts go to stderr, stdout is the answer's.
 * @param typed whether it shows what is typed
 * @throws {Error} where there is no answer: Ctrl-C or Ctrl-D
 */
export async function ask(prompts: string[], typed: "shown" | "hidden"): Promise<string[]> {
  // What is typed would be echoed to `nowhere`.
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
