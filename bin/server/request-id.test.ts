import { BlockList } from "node:net";
import { expect, test } from "vitest";
import { send } from "#e2e/client.ts";
import { listening } from "#e2e/listening.ts";
import { requestId } from "./request-id.ts";

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The id of a request that says it has this one. */
async function idOf(given: string | undefined, { isFromProxy = true } = {}): Promise<string> {
  const proxies = new BlockList();
  if (isFromProxy) proxies.addAddress("127.0.0.1");
  const { origin } = await listening((request, response) => response.end(requestId(request, proxies)));
  return (await send(origin, "GET", "/", given === undefined ? {} : { headers: { "x-request-id": given } })).text;
}

test("a trusted proxy's request id is kept", async () => {
  for (const given of ["0af7651916cd43dd8448eb211c80319c", "a.b:c_d-e", "x".repeat(64)]) expect(await idOf(given)).toBe(given);
});

test("a client's request id is replaced by a new one", async () => {
  const ids = [await idOf("chosen", { isFromProxy: false }), await idOf("chosen", { isFromProxy: false }), await idOf(undefined)];
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(UUID);
});

test.each(["", "x".repeat(65), "a b", 'a"b', "a\tb", "é"])(
  "a request id that could upset a line of the log is replaced: %j",
  async (given) => {
    expect(await idOf(given)).toMatch(UUID);
  },
);
