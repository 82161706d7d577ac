/** Runs once in each worker before it serves. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { startBackground } = await import("@/lib/background");
  await startBackground();
}

/** Runs for whatever a page's render throws, before the answer's headers are written. */
export async function onRequestError(error: unknown) {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { reportPageFailure } = await import("@/lib/http/page-failure");
  reportPageFailure(error);
}
