import { setTimeout as pause } from "node:timers/promises";
import { type Answer, type Sent, send } from "#e2e/client.ts";

// A client of the site, as there are two: a browser, which keeps cookies, and a mobile app, which keeps what bodies say.

export type Visitor = {
  username: string;
  password: string | null;
  keeps: "cookies" | "bodies";
  /** By their names, or "access" and "refresh" of bodies */
  tokens: Record<string, string>;
};

/** What TLS in front of Nginx says of a request: its cookies have the prefix then. */
const OVER_TLS = { "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.54" };

export function getProfile(origin: string, visitor: Visitor): Promise<Answer> {
  return sendAs(origin, visitor, "GET", "/api/user/profile/");
}

export function refresh(origin: string, visitor: Visitor): Promise<Answer> {
  const { refresh: token } = visitor.tokens;
  return sendAs(origin, visitor, "POST", "/api/token/refresh/", visitor.keeps === "cookies" ? {} : { refresh: token });
}

export function logOut(origin: string, visitor: Visitor): Promise<Answer> {
  const { refresh: token } = visitor.tokens;
  return sendAs(origin, visitor, "POST", "/api/user/logout/", visitor.keeps === "cookies" ? {} : { refresh: token });
}

export function logIn(origin: string, visitor: Visitor, password = visitor.password): Promise<Answer> {
  visitor.tokens = {};
  return sendAs(origin, visitor, "POST", "/api/token/", { username: visitor.username, password });
}

/** The visitor as of now: what the original gets later changes nothing here. */
export const copyOf = (visitor: Visitor): Visitor => ({ ...visitor, tokens: { ...visitor.tokens } });

async function sendAs(
  origin: string,
  visitor: Visitor,
  method: string,
  path: string,
  json?: unknown,
  attempts = 20,
): Promise<Answer> {
  const { access } = visitor.tokens;
  const isApp = visitor.keeps === "bodies";
  const headers = { ...OVER_TLS, ...(isApp && access ? { authorization: `Bearer ${access}` } : {}) };
  const sent: Sent = { headers, ...(json === undefined ? {} : { json }), ...(isApp ? {} : { cookies: visitor.tokens }) };
  const answer = await send(origin, method, path, sent);
  // A busy site says so, and when to try again.
  if (answer.status === 503 && attempts > 1) {
    await pause(1_000);
    return sendAs(origin, visitor, method, path, json, attempts - 1);
  }
  const given = isApp ? pick(answer.json, ["access", "refresh"]) : answer.cookies;
  for (const [name, value] of Object.entries(given)) {
    // Django clears a cookie with two quotes.
    if (value.replaceAll('"', "") === "") delete visitor.tokens[name];
    else visitor.tokens[name] = value;
  }
  return answer;
}

function pick(body: Record<string, unknown> | null, names: string[]): Record<string, string> {
  const found = Object.entries(body ?? {}).filter(([name, value]) => names.includes(name) && typeof value === "string");
  return Object.fromEntries(found) as Record<string, string>;
}
