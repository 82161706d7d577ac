import { randomBytes } from "node:crypto";
import { type Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { unlessBusy } from "./unless-busy.ts";

// An HTTP client that adds nothing of its own, as browsers and fetch do: it sends exactly what a test says.

export type Answer = {
  status: number;
  headers: IncomingHttpHeaders;
  /** Names and values in turns, as they were sent. */
  rawHeaders: string[];
  text: string;
  /** The body's JSON, or null where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests compare it with literals
  json: any;
  setCookies: string[];
  /** The cookies that the answer sets, by name; "" for one that it clears. */
  cookies: Record<string, string>;
};

export type Sent = {
  json?: unknown;
  body?: string | Buffer;
  headers?: Record<string, string>;
  cookies?: Record<string, string>;
  agent?: Agent;
  /** The client's address: all of 127.0.0.0/8 is this machine. */
  localAddress?: string;
};

export type Exchange = { origin: string; method: string; path: string; answer: Answer };

/** Every distinct answer to this file's tests: documented.ts checks each against the API's document. */
export const answered = new Map<string, Exchange>();

export function send(origin: string, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const body = sent.json === undefined ? sent.body : JSON.stringify(sent.json);
  const headers: Record<string, string | number> = {
    // If the client asked for it, the server would close in any case, and tests could not see whether it closes by itself.
    connection: "keep-alive",
    ...(sent.json === undefined ? {} : { "content-type": "application/json" }),
    ...(body === undefined || sent.headers?.["transfer-encoding"] ? {} : { "content-length": Buffer.byteLength(body) }),
    ...(sent.cookies === undefined ? {} : { cookie: cookieHeader(sent.cookies) }),
    ...sent.headers,
  };
  const { protocol, hostname, port } = new URL(origin);
  const request = protocol === "https:" ? httpsRequest : httpRequest;
  // The tests' certificates are self-signed.
  const { agent = false, localAddress } = sent;
  const family = isIP(localAddress ?? "");
  const host = hostname.replace(/^\[|\]$/g, "");
  const options = { host, family, port, method, path, headers, agent, localAddress, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const sending = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const setCookies = response.headers["set-cookie"] ?? [];
        const pairs = setCookies.map((line) => line.split(";", 1)[0]?.split(/=(.*)/s) ?? []);
        const cookies = Object.fromEntries(pairs.map(([name, value]) => [name, value]));
        const status = response.statusCode ?? 0;
        const answer = {
          status,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          text,
          json: parse(text),
          setCookies,
          cookies,
        };
        answered.set(`${method} ${origin}${path} ${status} ${text}`, { origin, method, path, answer });
        resolve(answer);
      });
    });
    sending.on("error", reject);
    sending.end(body);
  });
}

export const PASSWORD = "seven-samurai-1954";

/** A username that no account has yet. */
export function freshName(): string {
  return `u${randomBytes(6).toString("hex")}`;
}

export function signUpBody(username = freshName()) {
  return { username, email: `${username}@example.com`, password: PASSWORD, age: "1990-01-02" };
}

/** Makes an account, on a busy machine perhaps not with the first request. Returns what was sent. */
export async function signUp(origin: string, username = freshName()) {
  const body = signUpBody(username);
  const answer = await unlessBusy(() => send(origin, "POST", "/api/user/signup/", { json: body }));
  if (answer.status !== 201) throw new Error(`signup answered ${answer.status}: ${answer.text}`);
  return { ...body, id: answer.json.id as number };
}

/** Logs in by the real endpoint, once the machine is not too busy. Returns the cookies, and the refresh token of the body. */
export async function logIn(origin: string, { username, password }: { username: string; password: string }) {
  const answer = await unlessBusy(() => send(origin, "POST", "/api/token/", { json: { username, password } }));
  if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${answer.text}`);
  return { cookies: answer.cookies, refresh: answer.json.refresh as string, setCookies: answer.setCookies };
}

/** A new account, signed in. */
export async function newSession(origin: string) {
  const user = await signUp(origin);
  return { user, ...(await logIn(origin, user)) };
}

function cookieHeader(cookies: Record<string, string>): string {
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
