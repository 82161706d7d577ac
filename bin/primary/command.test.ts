import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { runModule } from "#e2e/run-module.ts";

/** Runs a command in a process of its own. */
function running(main: string) {
  const run = runModule(`import { runCommand } from "#bin/primary/command.ts"; runCommand(${main});`);
  onTestFinished(() => void run.child.kill("SIGKILL"));
  return run;
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s undoes what was begun, the last step first, and ends with status 0",
  async (signal) => {
    const { child, ended } = running(`async ({ signal, atStop }) => {
    atStop(async () => console.log("first step undone"));
    atStop(async () => console.log("second step undone, told to end: " + signal.aborted));
    setInterval(() => undefined, 1_000);
    process.send("ready");
  }`);
    await once(child, "message");
    child.kill(signal);
    const stdout = "second step undone, told to end: true\nfirst step undone\n";
    expect(await ended).toEqual({ status: 0, stdout, stderr: "" });
  },
);

test("a command that fails undoes what was begun, says why in one line, and ends with status 1", async () => {
  const { ended } = running(`async ({ atStop }) => {
    atStop(async () => console.log("undone"));
    throw new Error("the disk is full");
  }`);
  expect(await ended).toEqual({ status: 1, stdout: "undone\n", stderr: "movieconnect: the disk is full\n" });
});
