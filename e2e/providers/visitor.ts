import { type Answer, type Sent, send } from "#e2e/client.ts";
import { type Jar, keepCookies, walk } from "./walk.ts";

/** A browser as far as the application can tell: it keeps the cookies that it gets. */
export type Visitor = { cookies: Jar; send: (method: string, path: string, sent?: Sent) => Promise<Answer> };
export type Begun = { next?: string; query?: string; fields?: Record<string, string> };

/** @param cookies of a session, for somebody who is signed in */
export function newVisitor(origin: string, cookies: Jar = {}): Visitor {
  const jar = { ...cookies };
  return {
    cookies: jar,
    send: async (method, path, sent = {}) => {
      const answer = await send(origin, method, path, { cookies: jar, ...sent });
      keepCookies(jar, answer);
      return answer;
    },
  };
}

/** What Auth.js' own client sends to begin a sign-in, or to end a session. */
export async function postForm(visitor: Visitor, path: string, fields: Record<string, string> = {}): Promise<Answer> {
  const { csrfToken } = (await visitor.send("GET", "/api/auth/csrf")).json;
  const body = new URLSearchParams({ csrfToken, ...fields }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", "x-auth-return-redirect": "1" };
  return visitor.send("POST", path, { headers, body });
}

/** Begins a sign-in, as the buttons do. Returns the URL to go to: the provider's, or a page of ours that says what is wrong. */
export async function begin(visitor: Visitor, provider: string, { next = "/", query = "", fields }: Begun = {}): Promise<URL> {
  const answer = await postForm(visitor, `/api/auth/signin/${provider}${query}`, { callbackUrl: next, ...fields });
  if (!answer.json?.url) throw new Error(`signin answered ${answer.status}: ${answer.text}`);
  return new URL(answer.json.url);
}

/** Comes back from a provider. @param url the callback's, as the provider gave it */
export function comeBack(visitor: Visitor, url: string): Promise<Answer> {
  const { pathname, search } = new URL(url);
  return visitor.send("GET", pathname + search);
}

/** Signs in at a provider. Returns the answer to the callback. */
export async function signInAt(visitor: Visitor, provider: string, loginName: string, begun: Begun = {}): Promise<Answer> {
  const url = await begin(visitor, provider, begun);
  return comeBack(visitor, await walk(url.href, loginName));
}

/** A new account that a provider opens: signs in there, and completes the signup. Leaves the visitor signed in. */
export async function signUpAt(visitor: Visitor, provider: string, username: string): Promise<Answer> {
  await signInAt(visitor, provider, username);
  const answer = await visitor.send("POST", "/api/user/signup/complete/", { json: { username, age: "1990-01-02" } });
  if (answer.status !== 201) throw new Error(`completing the signup answered ${answer.status}: ${answer.text}`);
  return answer;
}

/** The page to which an answer leads: its path, and the parameters of its query. */
export function endOf({ headers }: Answer): { path: string } & Record<string, string> {
  const { pathname, searchParams } = new URL(headers.location ?? "", "http://none");
  return { path: pathname, ...Object.fromEntries(searchParams) };
}

/** Which cookies of a session an answer sets. */
export function sessionCookiesOf({ cookies }: Answer): string[] {
  return Object.keys(cookies).filter((name) => /(?:access|refresh)_token$/.test(name) && cookies[name] !== "");
}
