import { afterAll, expect, inject } from "vitest";
import { answered } from "./client.ts";
import { departures, fetchDocument } from "./openapi.ts";

// After each file of tests: whatever the API has answered to it, the API's document says so.

afterAll(async () => {
  // Nginx, which is called localhost here, has refusals of its own.
  const exchanges = [...answered.values()].filter(({ origin }) => new URL(origin).hostname === "127.0.0.1");
  if (exchanges.length === 0) return;
  const document = await fetchDocument(inject("origin"));
  expect(exchanges.flatMap((exchange) => departures(document, exchange)).slice(0, 10)).toEqual([]);
});
