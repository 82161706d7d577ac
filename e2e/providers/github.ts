import { createHash, randomBytes, randomInt } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { readDone, showSignIn } from "./sign-in-page.ts";
import { startBehindProxy, type TamperingProxy } from "./tampering-proxy.ts";

type Email = { email: string; primary: boolean; verified: boolean };
/** `email` is the public address of the profile, which GitHub does not call verified. */
type GitHubUser = { id: number; login: string; name: string | null; email: string | null; emails: Email[] };

export type GitHub = {
  origin: string;
  /** The application's variables for it. */
  variables: Record<string, string>;
  /** By login name. A name that is not among them, when it signs in, is a new user with a verified address. */
  people: Map<string, GitHubUser>;
  proxy: TamperingProxy;
  stop: () => Promise<void>;
};

/** Its endpoints. */
export const GITHUB_PATHS = {
  authorization: "/login/oauth/authorize",
  token: "/login/oauth/access_token",
  user: "/api/v3/user",
  emails: "/api/v3/user/emails",
};

type State = {
  client: { id: string; secret: string };
  people: Map<string, GitHubUser>;
  codes: Map<string, { user: GitHubUser; redirectUri: string; challenge: string }>;
  tokens: Map<string, GitHubUser>;
};
type Endpoint = (state: State, url: URL, request: IncomingMessage, response: ServerResponse) => unknown;

/** A stand-in for a GitHub Enterprise Server: a login page, and the endpoints that Auth.js asks. */
export async function startGitHub(): Promise<GitHub> {
  const client = { id: "Iv1.movieconnect", secret: randomBytes(20).toString("hex") };
  const state: State = { client, people: new Map(), codes: new Map(), tokens: new Map() };
  const endpoints: Record<string, Endpoint> = {
    [GITHUB_PATHS.authorization]: authorize,
    [GITHUB_PATHS.token]: exchangeCode,
    [GITHUB_PATHS.user]: describeUser,
    [GITHUB_PATHS.emails]: describeUser,
  };
  const proxy = await startBehindProxy((origin) => (request, response) => {
    const url = new URL(request.url ?? "", origin);
    return endpoints[url.pathname]?.(state, url, request, response);
  });
  const variables = { AUTH_GITHUB_URL: proxy.origin, AUTH_GITHUB_ID: client.id, AUTH_GITHUB_SECRET: client.secret };
  return { origin: proxy.origin, variables, people: state.people, proxy, stop: proxy.stop };
}

const authorize: Endpoint = async ({ people, codes }, { origin, searchParams }, request, response) => {
  if (request.method !== "POST") return showSignIn(response);
  const { action, name } = await readDone(request);
  const redirectUri = searchParams.get("redirect_uri") ?? "";
  const outcome: Record<string, string> = {};
  if (action === "cancel") {
    outcome.error = "access_denied";
    outcome.error_description = "The user has denied your application access.";
  } else {
    const user = people.get(name) ?? newUser(name);
    people.set(name, user);
    outcome.code = randomBytes(10).toString("hex");
    codes.set(outcome.code, { user, redirectUri, challenge: searchParams.get("code_challenge") ?? "" });
  }
  const back = new URL(redirectUri);
  const parameters = { ...outcome, state: searchParams.get("state") ?? "", iss: `${origin}/login/oauth` };
  for (const [name, value] of Object.entries(parameters)) back.searchParams.set(name, value);
  return response.writeHead(302, { location: back.href }).end();
};

/** GitHub answers 200 to what it refuses here, with `error` in the body. */
const exchangeCode: Endpoint = async ({ client, codes, tokens }, _url, request, response) => {
  const sent = new URLSearchParams(await text(request));
  const credentials = Buffer.from(request.headers.authorization?.replace(/^Basic /, "") ?? "", "base64").toString();
  if (credentials !== `${client.id}:${client.secret}`) return answer(response, 200, { error: "incorrect_client_credentials" });
  const granted = codes.get(sent.get("code") ?? "");
  codes.delete(sent.get("code") ?? "");
  const challenge = createHash("sha256")
    .update(sent.get("code_verifier") ?? "")
    .digest("base64url");
  const isRight = granted?.challenge === challenge && granted.redirectUri === sent.get("redirect_uri");
  if (!granted || !isRight) return answer(response, 200, { error: "bad_verification_code" });
  const token = `gho_${randomBytes(18).toString("hex")}`;
  tokens.set(token, granted.user);
  return answer(response, 200, { access_token: token, token_type: "bearer", scope: "read:user,user:email" });
};

const describeUser: Endpoint = ({ tokens }, { pathname }, request, response) => {
  const user = tokens.get(request.headers.authorization?.replace(/^Bearer /, "") ?? "");
  if (!user) return answer(response, 401, { message: "Bad credentials" });
  const { emails, ...profile } = user;
  return answer(response, 200, pathname === GITHUB_PATHS.emails ? emails : profile);
};

function newUser(login: string): GitHubUser {
  const emails = [{ email: `${login}@example.com`, primary: true, verified: true }];
  return { id: randomInt(1_000_000_000), login, name: login, email: null, emails };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
