import { type ChildProcess, spawn } from "node:child_process";

type Run = { child: ChildProcess; ended: Promise<{ status: number | null; stdout: string; stderr: string }> };

/**
 * Runs a module in a process of its own, which `process.send` connects with this one.
 * @param source TypeScript that imports the project's files by `#room/name.ts`
 * @param variables environment variables beside this process' own
 */
export function runModule(source: string, variables: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", source], {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name]?.on("data", (chunk) => (said[name] += chunk));
  return { child, ended: new Promise((resolve) => child.on("close", (status) => resolve({ status, ...said }))) };
}
