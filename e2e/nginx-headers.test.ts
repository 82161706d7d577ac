import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send } from "./client.ts";
import { hasNginx, startNginx, type TestNginx } from "./nginx-server.ts";

// Requests whose headers are too large, over HTTP/2 as over HTTP/1.1.

const LARGE = { status: 431, detail: "Request headers too large." };
const LONG = { status: 414, detail: "Request line too long." };
const field = (kilobytes: number) => ({ "x-big": "~".repeat(kilobytes * 1_024) });

const application = createServer((request, response) => request.resume().on("end", () => response.writeHead(404).end("{}")));
let nginx: TestNginx;

describe.skipIf(!hasNginx())("behind Nginx", () => {
  beforeAll(async () => {
    await once(application.listen(0), "listening");
    const address = application.address();
    const upstream = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    nginx = await startNginx({ mode: "production", upstreams: [upstream] });
    await writeFile(join(nginx.directory, "static", "robots.txt"), "here");
  });
  afterAll(async () => {
    application.close();
    await nginx.stop();
  });

  test.each([
    ...[8, 12, 16, 20, 32, 64].map((size) => [`a field of ${size} KB`, field(size), LARGE] as const),
    // Compressed (HPACK), a letter may take five bits.
    ...[9, 12, 64].map(
      (size) => [`a field of ${size} KB that packs well`, { "x-big": "a".repeat(size * 1_024) }, LARGE] as const,
    ),
    ...[12, 64].map((size) => [`a cookie of ${size} KB`, { cookie: `a=${"~".repeat(size * 1_024)}` }, LARGE] as const),
    [
      "120 fields of 1 KB",
      Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`x-${n}`, "~".repeat(1_000)])),
      LARGE,
    ] as const,
    [
      "60 cookies of 1 KB",
      { cookie: Array.from({ length: 60 }, (_, n) => `c${n}=${"~".repeat(1_000)}`).join("; ") },
      LARGE,
    ] as const,
    ...[9, 12, 64].map((size) => [`a path of ${size} KB`, { ":path": "~".repeat(size * 1_024) }, LONG] as const),
    ...[9, 12, 64].map((size) => [`a query of ${size} KB`, { ":path": `?${"~".repeat(size * 1_024)}` }, LONG] as const),
  ])(
    "the refusal of %s is the same over HTTP/1.1 and HTTP/2, in the API's and in a page's form",
    async (_what, headers, refusal) => {
      const { ":path": rest = "", ...fields } = headers as Record<string, string>;
      for (const start of ["/api/", "/films/"]) {
        const first = await send(nginx.https, "GET", start + rest, { headers: fields });
        const second = await sendHttp2(start + rest, fields);
        expect([first.status, second.status]).toEqual([refusal.status, refusal.status]);
        expect(second.text).toBe(first.text);
        if (start === "/api/") expect(first.json).toEqual({ detail: refusal.detail });
        else expect(first.text).toContain("<title>That didn’t work");
        expect(second.hsts).toBe("max-age=63072000; includeSubDomains");
      }
    },
  );

  test("a file that Nginx serves itself is no exception", async () => {
    const answers = [
      await send(nginx.https, "GET", "/robots.txt", { headers: field(12) }),
      await sendHttp2("/robots.txt", field(12)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([431, 431]);
    expect((await sendHttp2("/robots.txt", {})).status).toBe(200);
  });

  test("headers as large as browsers send them pass, over both", async () => {
    const headers = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`x-${n}`, "~".repeat(1_000)]));
    expect((await send(nginx.https, "GET", "/films/", { headers })).status).toBe(404);
    expect((await sendHttp2("/films/", headers)).status).toBe(404);
    expect((await sendHttp2("/films/", field(7))).status).toBe(404);
  });
});

async function sendHttp2(path: string, headers: Record<string, string>) {
  // By default Node sends no more than 64 KB.
  const session = connectHttp2(nginx.https, { rejectUnauthorized: false, maxSendHeaderBlockLength: 1_000_000 });
  await once(session, "remoteSettings");
  const stream = session.request({ ":path": path, ...headers });
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  const [answer] = await once(stream, "response");
  await once(stream, "end");
  session.destroy();
  return { status: answer[":status"] as number, text, hsts: answer["strict-transport-security"] };
}
