import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import Provider from "oidc-provider";
import { createMemoryAdapter } from "oidc-provider/lib/adapters/memory_adapter.js";
import { newSigningKey, type SigningKey } from "./id-tokens.ts";
import { readDone, showConsent, showSignIn } from "./sign-in-page.ts";
import { startBehindProxy, type TamperingProxy } from "./tampering-proxy.ts";

/** What the provider says about a person. Some providers send `email_verified` as a string. */
type Person = { sub: string; name?: string; email?: string; email_verified?: unknown };

export type IdentityProvider = {
  issuer: string;
  /** The application's variables for it. */
  variables: Record<string, string>;
  clientId: string;
  /** By login name. A name that is not among them, when it signs in, is a new person with a verified address: `unverified…` has none. */
  people: Map<string, Person>;
  /** The key that signs its ID tokens. */
  key: SigningKey;
  proxy: TamperingProxy;
  stop: () => Promise<void>;
};

/** Its endpoints. */
export const PATHS = {
  discovery: "/.well-known/openid-configuration",
  authorization: "/auth",
  token: "/token",
  userinfo: "/me",
  keys: "/jwks",
};

type Options = {
  /** The callbacks of the application, wherever it is started. */
  redirectUris: string[];
  host?: string;
  isTls?: boolean;
  /** What it calls itself in place of its address, as Google does here: its endpoints are where it listens all the same. */
  name?: string;
  /** How a client says who it is at the token endpoint */
  clientAuth?: "client_secret_basic" | "client_secret_post";
};

/**
 * Starts a real OpenID provider: one confidential client, the code flow, PKCE by S256, addresses in the userinfo alone. Its
 * session is in a cookie of its own, so `prompt=login` and `max_age=0` ask again, and `auth_time` is when they were answered.
 */
export async function startIdentityProvider({
  redirectUris,
  name,
  clientAuth = "client_secret_basic",
  ...where
}: Options): Promise<IdentityProvider> {
  const key = await newSigningKey();
  const people = new Map<string, Person>();
  const secret = { client_secret: randomBytes(24).toString("base64url"), token_endpoint_auth_method: clientAuth };
  const client = { client_id: "movieconnect", ...secret };
  const proxy = await startBehindProxy((address) => {
    const provider = new Provider(name ?? address, configuration(client, redirectUris, people, key));
    provider.proxy = true;
    const answer = provider.callback();
    return (request, response) => {
      if (!request.url?.startsWith("/interaction/")) return answer(request, response);
      return interact(provider, people, request, response);
    };
  }, where);
  const variables = {
    AUTH_OIDC_ISSUER: proxy.origin,
    AUTH_OIDC_ID: client.client_id,
    AUTH_OIDC_SECRET: client.client_secret,
    ...(proxy.certificate ? { NODE_EXTRA_CA_CERTS: proxy.certificate } : {}),
  };
  return { issuer: proxy.origin, variables, clientId: client.client_id, people, key, proxy, stop: proxy.stop };
}

function configuration(
  client: { token_endpoint_auth_method: string },
  redirectUris: string[],
  people: Map<string, Person>,
  key: SigningKey,
) {
  return {
    adapter: createMemoryAdapter(),
    clients: [{ ...client, redirect_uris: redirectUris, grant_types: ["authorization_code", "refresh_token"] }],
    jwks: { keys: [key.privateJwk] },
    cookies: { keys: [randomBytes(24).toString("base64url")] },
    features: { devInteractions: { enabled: false } },
    clientAuthMethods: [client.token_endpoint_auth_method],
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], auth_time: null, iss: null, sid: null },
    conformIdTokenClaims: true,
    // The application asks for no refresh token. A provider may give one all the same.
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    clientBasedCORS: () => false,
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, RefreshToken: 600, Session: 600 },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => [...people.values()].find((person) => person.sub === sub) ?? { sub },
    }),
    renderError: (context: { body: string }, problem: object) => {
      context.body = JSON.stringify(problem);
    },
  };
}

/** The provider's own pages. */
async function interact(provider: Provider, people: Map<string, Person>, request: IncomingMessage, response: ServerResponse) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  const { missingOIDCScope: scopes = [] } = prompt.details;
  if (request.method !== "POST") return prompt.name === "login" ? showSignIn(response) : showConsent(response, scopes);
  const { action, name } = await readDone(request);
  const finish = (result: object) => provider.interactionFinished(request, response, result);
  if (action === "cancel") return finish({ error: "access_denied", error_description: "The user pressed Cancel." });
  if (prompt.name === "login") {
    const person = people.get(name) ?? newPerson(name);
    people.set(name, person);
    return finish({ login: { accountId: person.sub } });
  }
  const granted = grantId ? await provider.Grant.find(grantId) : undefined;
  const grant = granted ?? new provider.Grant({ accountId: session?.accountId ?? "", clientId: params.client_id });
  grant.addOIDCScope(scopes.join(" "));
  return finish({ consent: { grantId: await grant.save() } });
}

// A test in another process can't add people. It says by the name what it needs.
function newPerson(name: string): Person {
  const email_verified = !name.startsWith("unverified");
  return { sub: `subject-of-${name}`, name, email: `${name}@example.com`, email_verified };
}
