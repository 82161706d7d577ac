import type { Result } from "./call.ts";

/** Makes a call once the scripts are there that show what comes of it. Without them nothing is called: its answer would be lost. */
export async function withScripts<Data>(load: () => Promise<unknown>, call: () => Promise<Result<Data>>): Promise<Result<Data>> {
  const areHere = await load().then(
    () => true,
    () => false,
  );
  return areHere ? call() : { ok: false, failure: { kind: "unavailable", retryAfter: null } };
}
