import type { Result } from "./call.ts";

/**
 * Makes a call once the scripts are there that it needs, or that show what comes of it. Without them nothing is called: the answer
 * might be lost.
 */
export async function withScripts<Scripts, Data>(
  load: () => Promise<Scripts>,
  call: (scripts: Scripts) => Promise<Result<Data>>,
): Promise<Result<Data>> {
  const loaded = await load().catch(() => null);
  return loaded === null ? { ok: false, failure: { kind: "unavailable", retryAfter: null } } : call(loaded);
}
