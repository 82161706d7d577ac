import { type Answer, type Sent, send } from "./client.ts";
import type { Authenticator, Lies } from "./software-authenticator.ts";

type Cookies = Record<string, string>;
type Ceremony = { cookies?: Cookies; lies?: Lies };

/** The site of a server without PUBLIC_URL, for browsers that call it localhost: its origin. */
export function siteOf(server: string): string {
  return server.replace("127.0.0.1", "localhost");
}

/** Calls a server as browsers do that call it localhost: passkeys belong to a name. */
export function call(server: string, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  return send(server, method, path, { ...sent, headers: { host: new URL(siteOf(server)).host, ...sent.headers } });
}

/** The options for a new passkey, and the session's cookies with the one that comes with them. */
export async function askForNew(server: string, cookies: Cookies) {
  const answer = await call(server, "POST", "/api/user/passkeys/options/", { cookies });
  if (answer.status !== 200) throw new Error(`the options answered ${answer.status}: ${answer.text}`);
  return { options: answer.json, cookies: { ...cookies, ...answer.cookies } };
}

/** Adds a passkey to the account of this session. */
export async function addPasskey(
  server: string,
  session: Cookies,
  authenticator: Authenticator,
  { name, lies }: { name?: string; lies?: Lies } = {},
): Promise<Answer> {
  const { options, cookies } = await askForNew(server, session);
  const response = authenticator.make(options, siteOf(server), lies);
  return call(server, "POST", "/api/user/passkeys/", { cookies, json: { response, ...(name === undefined ? {} : { name }) } });
}

/** The options for a login, and the browser's cookies with the one that comes with them. */
export async function askForPasskey(server: string, browser: Cookies = {}) {
  const answer = await call(server, "POST", "/api/token/passkey/options/", { cookies: browser });
  if (answer.status !== 200) throw new Error(`the options answered ${answer.status}: ${answer.text}`);
  return { options: answer.json, cookies: { ...browser, ...answer.cookies } };
}

/** An answer to a challenge, with the cookies of the browser that it was given to. */
export async function answerOf(server: string, authenticator: Authenticator, { cookies: browser, lies }: Ceremony = {}) {
  const { options, cookies } = await askForPasskey(server, browser);
  return { cookies, response: authenticator.sign(options, siteOf(server), lies) };
}

/** Logs in with a passkey. */
export async function logInWithPasskey(server: string, authenticator: Authenticator, ceremony: Ceremony = {}): Promise<Answer> {
  const { cookies, response } = await answerOf(server, authenticator, ceremony);
  return call(server, "POST", "/api/token/passkey/", { cookies, json: { response } });
}
