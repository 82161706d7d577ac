import { expect, test } from "vitest";
import { send } from "#e2e/client.ts";
import { listening } from "#e2e/listening.ts";
import type { RequestContext } from "#lib/observe/request-context.ts";
import { applyPageStatus } from "./page-status.ts";

/** The answer to a page for which Next writes `status`, or nothing at all, and the application wants `pageStatus`. */
async function answered(status: number | undefined, pageStatus?: 500 | 503) {
  const { origin } = await listening((_request, response) => {
    applyPageStatus(response, { pageStatus } as RequestContext);
    if (status !== undefined) response.writeHead(status, { "X-Page": "its own" });
    response.end();
  });
  const { status: sent, headers } = await send(origin, "GET", "/");
  return { status: sent, retryAfter: headers["retry-after"], own: headers["x-page"] };
}

test("a page that lacked the database is a 503 that says when to try again, whatever Next made of it", async () => {
  for (const status of [200, 500]) expect(await answered(status, 503)).toEqual({ status: 503, retryAfter: "2", own: "its own" });
  expect(await answered(undefined, 503)).toMatchObject({ status: 503, retryAfter: "2" });
});

test("a page that failed by a bug is a 500", async () => {
  expect(await answered(200, 500)).toEqual({ status: 500, retryAfter: undefined, own: "its own" });
});

test("a redirect, a refusal and a page without trouble keep their status", async () => {
  for (const status of [303, 404, 405]) expect(await answered(status, 503)).toMatchObject({ status, retryAfter: undefined });
  expect(await answered(200)).toMatchObject({ status: 200, retryAfter: undefined });
});
