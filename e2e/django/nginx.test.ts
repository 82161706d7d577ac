import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send } from "#e2e/client.ts";
import { eventually } from "#e2e/harness.ts";
import { hasNginx, startNginx, type TestNginx } from "#e2e/nginx-server.ts";

// The image's Nginx in front of two servers that say which of the two they are, and what they were sent.

type Echo = Awaited<ReturnType<typeof startEcho>>;

let django: Echo;
let movieconnect: Echo;
let nginx: TestNginx;

describe.skipIf(!hasNginx())("Nginx between Django and the application", () => {
  beforeAll(async () => {
    [django, movieconnect] = await Promise.all([startEcho("django"), startEcho("movieconnect")]);
    nginx = await startNginx({
      mode: "production",
      publicUrl: "https://films.example",
      upstreams: [movieconnect.host],
      legacyUpstream: django.host,
    });
  });
  afterAll(async () => {
    await nginx?.stop();
    await Promise.all([django, movieconnect].map((echo) => echo?.stop()));
  });

  test("before the first move Django serves the API, and the application the pages", async () => {
    expect(await servers("/api/token/", "/api/", "/api", "/", "/login", "/apis/")).toEqual([
      ...["django", "django", "django", "movieconnect", "movieconnect", "movieconnect"],
    ]);
    expect(await nginx.move()).toBe("/api/ django\n");
  });

  test("a path moves with everything below it, alone, with or without its slash, and back", async () => {
    expect(await nginx.move("/api/user", "/api/token/refresh/", "to", "movieconnect")).toBe(
      "/api/ django\n/api/token/refresh/ movieconnect\n/api/user/ movieconnect\n",
    );
    const paths = [
      "/api/user",
      "/api/user/profile/",
      "/api/token/refresh/",
      "/api/token/refreshed/",
      "/api/token/",
      "/api/users/",
    ];
    const moved = ["movieconnect", "movieconnect", "movieconnect", "django", "django", "django"];
    await eventuallyServed(paths, moved);
    await eventuallyServed(
      ["/api//user/", "/api/%75ser/", "/api/token/../user/", "/api/user/../token/"],
      ["movieconnect", "movieconnect", "movieconnect", "django"],
    );

    // A line for a path below replaces no line above; one above replaces those below.
    await nginx.move("/api/user/profile/", "to", "django");
    await eventuallyServed(["/api/user/profile/", "/api/user/logout/"], ["django", "movieconnect"]);
    expect(await nginx.move("/api/user/", "to", "django")).not.toContain("profile");
  });

  test("one command moves the whole API, and one moves it back", async () => {
    await nginx.move("/api/token/", "to", "django");
    expect(await nginx.move("all", "to", "movieconnect")).toBe("/api/ movieconnect\n");
    await eventuallyServed(["/api/token/"], ["movieconnect"]);
    await nginx.move("all", "to", "django");
    await eventuallyServed(["/api/token/"], ["django"]);
  });

  test("a path outside of the API moves, too, and 'all' leaves it where it is", async () => {
    await nginx.move("/admin/", "/static/admin/", "to", "django");
    await eventuallyServed(
      ["/admin/", "/static/admin/base.css", "/static/film.css", "/login"],
      ["django", "django", "movieconnect", "movieconnect"],
    );
    expect(await nginx.move("all", "to", "django")).toBe("/admin/ django\n/api/ django\n/static/admin/ django\n");
  });

  test("Django gets the visitor's host, scheme and address, and nothing that a client claims of them", async () => {
    const claims = {
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "evil.example",
      "x-real-ip": "192.0.2.1",
    };
    const { json } = await send(nginx.https, "POST", "/api/token/", {
      json: { a: 1 },
      headers: { host: "films.example", ...claims },
    });
    const { host, "x-real-ip": real, ...headers } = json.headers as IncomingHttpHeaders;
    expect([json.method, json.url, json.body]).toEqual(["POST", "/api/token/", '{"a":1}']);
    expect([host, real]).toEqual(["films.example", undefined]);
    expect(headers).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "films.example",
    });
  });

  test.each([
    ["a body without a length", { headers: { "transfer-encoding": "chunked", "content-type": "application/json" }, body: "{}" }],
    ["a POST without a body", {}],
  ])("Django gets %s", async (_what, sent) => {
    expect((await send(nginx.https, "POST", "/api/token/", sent)).json).toMatchObject({ server: "django", method: "POST" });
  });

  test("long headers over HTTP/2 reach Django", async () => {
    const session = connectHttp2(nginx.https, { rejectUnauthorized: false });
    const stream = session.request({ ":path": "/api/user/profile/", "x-long": "x".repeat(7_900), "x-longer": "y".repeat(7_900) });
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    await once(stream, "end");
    session.close();
    expect(JSON.parse(text).server).toBe("django");
  });

  test("a plain http request to Django is refused as one to the application is", async () => {
    expect((await send(nginx.http, "POST", "/api/token/", { json: {} })).json.code).toBe("https_required");
  });

  test.each([
    [["all"]],
    [["to", "django"]],
    [["all", "to", "rails"]],
    [["api/token/", "to", "django"]],
    [["/api/tok;en/", "to", "django"]],
    [["/api/{/", "to", "django"]],
    [["all", "to", "django", "now"]],
  ])("move.sh %j changes nothing, and says how it is called", async (args) => {
    const before = await nginx.move();
    await expect(nginx.move(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(/^move\.sh: /) });
    expect(await nginx.move()).toBe(before);
  });

  test("all of the API moves and comes back under load: no request fails, and none comes here while tokens are still made there", async () => {
    let isOver = false;
    const seen: string[] = [];
    const visit = async () => {
      while (!isOver) {
        const made = await send(nginx.https, "POST", "/api/token/refresh/", { json: {} });
        const used = await send(nginx.https, "GET", "/api/user/profile/");
        seen.push([made, used].map(({ status, json }) => (status === 200 ? json.server : status)).join());
      }
    };
    const visits = Array.from({ length: 8 }, visit);
    for (const backend of ["movieconnect", "django", "movieconnect", "django"]) {
      await nginx.move("all", "to", backend);
      await eventually(() => seen.slice(-8).every((servers) => servers === `${backend},${backend}`));
    }
    isOver = true;
    await Promise.all(visits);
    // The token is made first. Each of the other pairs is one that a visit can see on the way.
    expect(seen.filter((pair) => !["django,django", "movieconnect,django", "movieconnect,movieconnect"].includes(pair))).toEqual(
      [],
    );
  });

  test("a Django that is away is a 503, and the application serves its paths meanwhile", async () => {
    const alone = await startNginx({
      mode: "development",
      upstreams: [movieconnect.host],
      legacyUpstream: "nobody.invalid:8000",
    });
    expect((await send(alone.http, "GET", "/api/user/profile/")).status).toBe(503);
    expect((await send(alone.http, "GET", "/login")).json.server).toBe("movieconnect");
    await alone.stop();
  });

  test("a move whose configuration Nginx does not take changes nothing", async () => {
    const before = await nginx.move();
    const broken = join(nginx.directory, "conf.d", "broken.conf");
    await writeFile(broken, "no such directive;");
    await expect(nginx.move("/api/token/", "to", "movieconnect")).rejects.toMatchObject({ code: 1 });
    await rm(broken);
    expect(await nginx.move()).toBe(before);
    expect(await servers("/api/token/")).toEqual(["django"]);
  });

  test("without LEGACY_UPSTREAM the application serves everything, and there is nothing to move", async () => {
    const alone = await startNginx({ mode: "development", upstreams: [movieconnect.host] });
    expect((await send(alone.http, "GET", "/api/token/")).json.server).toBe("movieconnect");
    await expect(alone.move("all", "to", "django")).rejects.toMatchObject({ code: 1 });
    await alone.stop();
  });
});

/** Tells what it is sent, as JSON. */
async function startEcho(server: string) {
  const listener = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    response.setHeader("content-type", "application/json").end(JSON.stringify({ server, method, url, headers, body }));
  });
  await once(listener.listen(0, "127.0.0.1"), "listening");
  const stop = async () => {
    listener.closeAllConnections();
    listener.close();
  };
  return { host: `127.0.0.1:${(listener.address() as AddressInfo).port}`, stop };
}

/** In the moment of a reload, Nginx' old processes still accept connections. */
async function eventuallyServed(paths: string[], by: string[]): Promise<void> {
  await eventually(async () => (await servers(...paths)).join() === by.join());
}

function servers(...paths: string[]): Promise<string[]> {
  return Promise.all(paths.map(async (path) => (await send(nginx.https, "GET", path)).json?.server));
}
