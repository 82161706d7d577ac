import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { giveUpAfter } from "./deadline.ts";

/** A server in a process of its own, which answers at once what begins with "quick", and nothing else. A file says that it has. */
const SERVER = `
  const tell = () => require("node:fs").writeFileSync(process.argv[1], "");
  const answer = (socket) => socket.on("data", (data) => String(data).startsWith("quick") && socket.write("answer", tell));
  const server = require("node:net").createServer(answer).listen(0, "127.0.0.1", () => console.log(server.address().port));`;

let server: ChildProcess;
let port: number;
let directory = "";
const hasAnswered = () => existsSync(join(directory, "answered"));
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "deadline-"));
  server = spawn(process.execPath, ["--eval", SERVER, join(directory, "answered")]);
  port = Number(String((await once(server.stdout as NodeJS.ReadableStream, "data"))[0]));
});
afterAll(async () => {
  server.kill();
  await rm(directory, { recursive: true });
});

/** What a client that waits for 50 ms finds, if the process has no time for it for 300 ms, and until `isOver`. */
async function outcomeOf(question: string, isOver = () => true): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const outcome = new Promise<string>((resolve) => {
    const clear = giveUpAfter(50, () => resolve("late"));
    socket.once("data", () => {
      clear();
      resolve("in time");
    });
  });
  await new Promise((sent) => socket.write(question, sent));
  do Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  while (!isOver());
  const found = await outcome;
  socket.destroy();
  return found;
}

test("an answer that arrived while the process was busy is in time", async () => {
  expect(await outcomeOf("quick", hasAnswered)).toBe("in time");
});

test("an answer that did not arrive is late", async () => {
  expect(await outcomeOf("never")).toBe("late");
});
