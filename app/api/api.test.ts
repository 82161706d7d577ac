import { connect } from "node:net";
import { expect, inject, test } from "vitest";
import { newSession, send, signUpBody } from "#e2e/client.ts";

const origin = inject("origin");

const ENDPOINTS = {
  "/api/user/signup": "POST",
  "/api/user/profile": "GET",
  "/api/user/logout": "POST",
  "/api/token": "POST",
  "/api/token/refresh": "POST",
} as const;
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "TRACE", "QUERY", "MKCOL"];

test("every endpoint answers with and without the trailing slash, never by a redirect", async () => {
  for (const [path, method] of Object.entries(ENDPOINTS)) {
    for (const written of [path, `${path}/`, `${path}?a=1`, `${path}/?a=1`]) {
      const answer = await send(origin, method, written, method === "POST" ? { json: {} } : {});
      expect([400, 401], written).toContain(answer.status);
      expect(answer.headers.location).toBeUndefined();
    }
  }
});

test("a wrong method gets a 405 that names it and lists the allowed ones", async () => {
  for (const [path, allowed] of Object.entries(ENDPOINTS)) {
    const allow = allowed === "GET" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
    for (const method of METHODS) {
      if (allow.split(", ").includes(method)) continue;
      const answer = await send(origin, method, `${path}/`);
      expect(answer.status, `${method} ${path}`).toBe(405);
      expect(answer.headers.allow).toBe(allow);
      expect(answer.text).toBe(method === "HEAD" ? "" : `{"detail":"Method \\"${method}\\" not allowed."}`);
    }
  }
});

test("OPTIONS answers 204 with the allowed methods, and no CORS", async () => {
  for (const [path, allowed] of Object.entries(ENDPOINTS)) {
    const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };
    const answer = await send(origin, "OPTIONS", `${path}/`, { headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.allow).toBe(allowed === "GET" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS");
    expect(answer.text).toBe("");
  }
});

test("HEAD answers as GET does, without a body", async () => {
  const { cookies } = await newSession(origin);
  for (const sent of [{ cookies }, {}]) {
    const [get, head] = [
      await send(origin, "GET", "/api/user/profile/", sent),
      await send(origin, "HEAD", "/api/user/profile/", sent),
    ];
    expect(head.status).toBe(get.status);
    expect(head.headers["content-type"]).toBe(get.headers["content-type"]);
    expect(head.headers["www-authenticate"]).toBe(get.headers["www-authenticate"]);
    expect(head.text).toBe("");
  }
});

test("a provider that is not switched on is not found", async () => {
  const { cookies } = await newSession(origin);
  for (const provider of ["google", "github", "oidc", "credentials", "email", "__proto__"]) {
    for (const [method, path] of [
      ["POST", `/api/auth/signin/${provider}`],
      ["GET", `/api/auth/callback/${provider}`],
      ["POST", `/api/user/providers/${provider}/`],
      ["DELETE", `/api/user/providers/${provider}/`],
    ] as const) {
      const { status, text } = await send(origin, method, path, { cookies });
      expect([status, text], path).toEqual([404, '{"detail":"Not found."}']);
    }
  }
});

test("an unknown path answers 404, whatever the method, the spelling or the credentials", async () => {
  const paths = [
    "/api",
    "/api/",
    "/api/nothing/",
    "/api/token/x",
    "/api/user/",
    "/api/Token/",
    "/api/token%2Frefresh/",
    "/api/token/..%2F",
    "/api/tokens",
  ];
  paths.push(
    "/api//token/",
    "/api/token//",
    "/api/%2e%2e/login",
    "/api/../login",
    "/api/token/./",
    "/api/token/%",
    "/api/%ff/",
    "/api/%00/",
    "/api/\\token/",
    "/api/token/.rsc",
    "/api/token.json",
    "/api/floor/",
    "/api/auth",
    "/api/auth/verify-request",
    "/api/auth/webauthn-options/passkey",
    "/api/auth/callback/github/x",
    "/api/auth/session/x",
    "/api/auth/__proto__",
  );
  for (const path of paths) {
    for (const method of ["GET", "POST", "PUT", "OPTIONS", "PROPFIND"]) {
      const answer = await send(origin, method, path, method === "POST" ? { json: {} } : {});
      expect(answer.status, `${method} ${path}`).toBe(404);
      expect(answer.text, `${method} ${path}`).toBe('{"detail":"Not found."}');
    }
  }
});

test("refusals come in the contract's order: 404, 405, 403, 401, 415, 413, 400", async () => {
  const evil = { origin: "https://evil.example", "content-type": "text/plain" };
  const large = "x".repeat(20_000);
  const sent = { headers: evil, body: large };
  expect((await send(origin, "POST", "/api/nothing/", sent)).status).toBe(404);
  expect((await send(origin, "PUT", "/api/user/logout/", sent)).status).toBe(405);
  expect((await send(origin, "POST", "/api/user/logout/", sent)).status).toBe(403);
  expect((await send(origin, "POST", "/api/user/logout/", { ...sent, headers: { "content-type": "text/plain" } })).status).toBe(
    401,
  );
  expect((await send(origin, "POST", "/api/token/", { ...sent, headers: { "content-type": "text/plain" } })).status).toBe(415);
  expect((await send(origin, "POST", "/api/token/", { ...sent, headers: { "content-type": "application/json" } })).status).toBe(
    413,
  );
  expect((await send(origin, "POST", "/api/token/", { json: {} })).status).toBe(400);
});

test("a refusal that comes before the body was read closes the connection", async () => {
  const body = '{"username":"ann"}';
  const cases = [
    send(origin, "POST", "/api/nothing/", { body }),
    send(origin, "PUT", "/api/token/", { body }),
    send(origin, "POST", "/api/token/", { body, headers: { origin: "https://evil.example" } }),
    send(origin, "POST", "/api/user/logout/", { body }),
    send(origin, "POST", "/api/token/", { body, headers: { "content-type": "text/plain" } }),
  ];
  for (const answer of await Promise.all(cases)) expect(answer.headers.connection, String(answer.status)).toBe("close");
  const wasRead = await send(origin, "POST", "/api/token/", { json: {} });
  expect(wasRead.headers.connection).toBe("keep-alive");
});

test("every answer is JSON in UTF-8 that is never stored, and has the headers that restrict browsers", async () => {
  const { cookies } = await newSession(origin);
  const answers = [
    await send(origin, "GET", "/api/user/profile/", { cookies }),
    await send(origin, "POST", "/api/user/signup/", { json: signUpBody() }),
    await send(origin, "POST", "/api/token/", { json: {} }),
    await send(origin, "GET", "/api/user/profile/"),
    await send(origin, "GET", "/api/nothing/"),
    await send(origin, "GET", "/api/token/"),
    await send(origin, "POST", "/api/token/", { json: {}, headers: { origin: "null" } }),
    await send(origin, "POST", "/api/token/", { body: "x", headers: { "content-type": "text/plain" } }),
    await send(origin, "POST", "/api/token/", { body: "x".repeat(20_000), headers: { "content-type": "application/json" } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 201, 400, 401, 404, 405, 403, 415, 413]);
  for (const { headers } of answers) {
    expect(headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toBe("same-origin");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
    expect(headers["x-powered-by"]).toBeUndefined();
    expect(headers.server).toBeUndefined();
  }
});

test("no origin is ever allowed to read an answer", async () => {
  const { host } = new URL(origin);
  for (const from of ["https://evil.example", "null", `http://${host}`, `https://${host}`, `http://${host}.evil.example`]) {
    const { headers } = await send(origin, "GET", "/api/user/profile/", { headers: { origin: from } });
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
});

test("GET changes nothing: a session survives GET on every endpoint", async () => {
  const { cookies } = await newSession(origin);
  for (const path of [...Object.keys(ENDPOINTS), "/api/user/logout/?method=POST&_method=POST"]) {
    await send(origin, "GET", path, { cookies, headers: { "x-http-method-override": "POST" } });
  }
  expect((await send(origin, "GET", "/api/user/profile/", { cookies })).status).toBe(200);
});

test("bytes that are not HTTP get a 400, and headers beyond 16 KiB a 431, both JSON", async () => {
  expect(await raw("nonsense\r\n\r\n")).toMatch(
    /^HTTP\/1\.1 400 Bad Request\r\n(.|\r\n)*\{"detail":"Malformed HTTP request\."\}$/,
  );
  expect(await raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 (.|\r\n)*\{"detail":/,
  );
  const both = "POST /api/token/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  expect(await raw(both)).toMatch(/^HTTP\/1\.1 400 /);
});

test("a request without a host is refused as JSON, and one with an unknown expectation is answered", async () => {
  const hostless = await raw("GET /api/user/profile/ HTTP/1.1\r\n\r\n");
  expect(hostless).toMatch(/^HTTP\/1\.1 400 [\s\S]*\{"detail":"Malformed HTTP request\."\}/);
  expect(hostless).toContain("\r\nX-Content-Type-Options: nosniff\r\n");
  for (const expected of ["", "1", "200-ok"]) {
    const answer = await send(origin, "GET", "/api/user/profile/", { headers: { expect: expected } });
    expect([answer.status, answer.headers["x-content-type-options"]]).toEqual([401, "nosniff"]);
  }
});

function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}
