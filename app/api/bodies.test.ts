import { expect, inject, test } from "vitest";
import { send, signUpBody } from "#e2e/client.ts";

const origin = inject("origin");
const JSON_TYPE = { "content-type": "application/json" };

function post(body: string | Buffer, headers: Record<string, string> = JSON_TYPE, path = "/api/user/signup/") {
  return send(origin, "POST", path, { body, headers });
}

test("another media type gets a 415 that names it", async () => {
  const form = "application/x-www-form-urlencoded";
  const types = [
    "text/plain",
    form,
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "text/json",
    "application/json; charset=utf-16",
  ];
  for (const type of types) {
    const answer = await post(JSON.stringify(signUpBody()), { "content-type": type });
    expect(answer.status, type).toBe(415);
    expect(answer.text).toBe(JSON.stringify({ detail: `Unsupported media type "${type}" in request.` }));
    expect(answer.headers.connection).toBe("close");
  }
  const untyped = await post("{}", {});
  expect(untyped.status).toBe(415);
  expect(untyped.json).toEqual({ detail: 'Unsupported media type "" in request.' });
});

test("JSON may be written in any case and with a UTF-8 charset", async () => {
  for (const type of [
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
  ]) {
    expect((await post("{}", { "content-type": type })).status, type).toBe(400);
  }
});

test("an empty body counts as an object without fields, whatever media type it claims", async () => {
  const chunked = { "transfer-encoding": "chunked" };
  const headers = [{}, JSON_TYPE, { "content-type": "text/plain" }, { "content-type": "text/plain", ...chunked }];
  for (const sent of headers) {
    const answer = await post("", sent);
    expect(answer.status).toBe(400);
    expect(answer.json.username).toEqual(["This field is required."]);
  }
  const refresh = await post("", { "content-type": "text/plain" }, "/api/token/refresh/");
  expect(refresh.json.code).toBe("not_authenticated");
});

test("a body that is not JSON gets a parse error that does not quote it", async () => {
  const bodies: (string | Buffer)[] = [
    "{",
    "{'a':1}",
    '{"a":NaN}',
    '{"a":Infinity}',
    "secret-sauce",
    '{"password":"secret-sauce"',
    "{} {}",
    "\u00a0{}",
    "\ufeff{}",
  ];
  bodies.push(
    '{"a":1,}',
    "// c\n{}",
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    Buffer.from("{}", "utf16le"),
    Buffer.from([0x1f, 0x8b, 0x08]),
  );
  for (const body of bodies) {
    const answer = await post(body);
    expect(answer.status, String(body)).toBe(400);
    expect(Object.keys(answer.json)).toEqual(["detail"]);
    expect(answer.json.detail).toMatch(/^JSON parse error - ./);
    expect(answer.text).not.toContain("secret-sauce");
  }
});

test("a body that is not an object gets a refusal that names its type", async () => {
  const bodies = { "[]": "list", '"a"': "str", "5": "int", "5.5": "float", true: "bool", false: "bool" };
  for (const [body, type] of Object.entries(bodies)) {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.text).toBe(JSON.stringify({ non_field_errors: [`Invalid data. Expected a dictionary, but got ${type}.`] }));
  }
  const nothing = await post("null");
  expect(nothing.status).toBe(400);
  expect(nothing.text).toBe('{"non_field_errors":["No data provided"]}');
});

test("a body of 16 KiB is read, and a longer one is refused", async () => {
  const pad = (length: number) => `{"a":"${"x".repeat(length - 8)}"}`;
  expect((await post(pad(16_384))).status).toBe(400);
  for (const headers of [JSON_TYPE, { ...JSON_TYPE, "transfer-encoding": "chunked" }]) {
    const answer = await post(pad(16_385), headers);
    expect(answer.status).toBe(413);
    expect(answer.text).toBe('{"detail":"Request body too large."}');
    expect(answer.headers.connection).toBe("close");
  }
});

test("of duplicate keys the last counts", async () => {
  const body = signUpBody();
  const answer = await post(`{"username":"a b",${JSON.stringify(body).slice(1)}`);
  expect(answer.status).toBe(201);
  expect(answer.json.username).toBe(body.username);
});

test("a deeply nested body is refused like any other", async () => {
  const deep = (open: string, close: string) => open.repeat(3_000) + close.repeat(3_000);
  expect((await post(deep("[", "]"))).json).toEqual({ non_field_errors: ["Invalid data. Expected a dictionary, but got list."] });
  expect((await post(`{"username":${deep("[", "]")}}`)).json.username).toEqual(["Not a valid string."]);
  expect((await post(`${'{"username":'.repeat(1_000)}1${"}".repeat(1_000)}`)).json.username).toEqual(["Not a valid string."]);
});

test("parameters in the URL do not count as fields", async () => {
  const { username, password } = signUpBody();
  const answer = await send(origin, "POST", `/api/token/?username=${username}&password=${password}&username=x`, { json: {} });
  expect(answer.json).toEqual({ username: ["This field is required."], password: ["This field is required."] });
});
