import { afterAll, expect, inject } from "vitest";
import { answered } from "./client.ts";
import { differences, fetchDocument } from "./openapi.ts";

// After each file of tests: every answer of the API to its requests is as the API's document says.

afterAll(async () => {
  // Nginx, whose host name is localhost here, has refusals of its own.
  const exchanges = [...answered.values()].filter(({ origin }) => new URL(origin).hostname === "127.0.0.1");
  if (exchanges.length === 0) return;
  const document = await fetchDocument(inject("origin"));
  expect(exchanges.flatMap((exchange) => differences(document, exchange)).slice(0, 10)).toEqual([]);
});
