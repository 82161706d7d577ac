import type { Instrumentation } from "next";

/** Runs once in each worker, before it serves. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { startBackground } = await import("#lib/worker/background.ts");
  await startBackground();
}

/** Runs for each error of a page's render, a route, an action or proxy.ts, mostly before the answer's headers are written. */
export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { reportFailure } = await import("#lib/pages/failure.ts");
  reportFailure(error, request, context);
};
