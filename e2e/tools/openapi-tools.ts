import { ensureTools, hasTools } from "./tool-packages.ts";

// Spectral and redocly, which judge an OpenAPI document, and orval, which makes a client of one.

const DIRECTORY = "openapi-tools";

export function hasOpenApiTools(): boolean {
  return hasTools(DIRECTORY);
}

/** Sees to it that they are there. @throws {Error} as `ensureTools` does */
export function ensureOpenApiTools(say: (line: string) => void): void {
  const neededBy = "the test with spectral, redocly and orval";
  ensureTools(say, { directory: DIRECTORY, name: "spectral, redocly and orval", neededBy });
}
