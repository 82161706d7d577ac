import "server-only";

import { customFetch } from "@auth/core";
import type { OAuthConfig, OIDCConfig, Provider } from "next-auth/providers";
import GitHub from "next-auth/providers/github";
import Google from "next-auth/providers/google";
import type { Config } from "#lib/config.ts";
import { configuredProviders, type ProviderId } from "#lib/settings/providers.ts";
import { githubUser } from "./github-user.ts";
import { accountAt } from "./identity.ts";
import { type Metadata, metadataUrl, providerMetadata } from "./metadata.ts";
import { providerFetch } from "./provider-fetch.ts";

type Client = { clientId: string; clientSecret: string };
type Claims = { sub: string; name?: string; email?: string };

/** The providers that are switched on, as Auth.js takes them. */
export function authJsProviders(settings: Config): Provider[] {
  return configuredProviders(settings).map(({ id, name }) => {
    const client = clientOf(settings, id);
    if (id === "github") return github(settings.AUTH_GITHUB_URL, client);
    const { issuer } = issuerOf(settings, id);
    const common = { ...client, ...openId(issuer, client) };
    return id === "google" ? Google(common) : ({ id, name, type: "oidc", issuer, ...common } satisfies OIDCConfig<Claims>);
  });
}

/** The issuer of a provider that speaks OpenID Connect, and this application's name there. */
export function issuerOf(settings: Config, id: ProviderId): { issuer: string; clientId: string } {
  const issuer = id === "google" ? "https://accounts.google.com" : (settings.AUTH_OIDC_ISSUER ?? "");
  return { issuer, clientId: clientOf(settings, id).clientId };
}

function clientOf(settings: Config, id: ProviderId): Client {
  const clients: Record<ProviderId, [string | undefined, string | undefined]> = {
    google: [settings.AUTH_GOOGLE_ID, settings.AUTH_GOOGLE_SECRET],
    github: [settings.AUTH_GITHUB_ID, settings.AUTH_GITHUB_SECRET],
    oidc: [settings.AUTH_OIDC_ID, settings.AUTH_OIDC_SECRET],
  };
  const [clientId = "", clientSecret = ""] = clients[id];
  return { clientId, clientSecret };
}

function openId(issuer: string, client: Client) {
  return {
    checks: ["pkce", "state", "nonce"] as ("pkce" | "state" | "nonce")[],
    authorization: { params: { scope: "openid profile email" } },
    // A conforming provider has the address in userinfo alone.
    idToken: false,
    profile: ({ sub, name, email }: Claims) => ({ id: accountAt(issuer, sub), name: name ?? null, email: email ?? null }),
    [customFetch]: async (url: string | URL | Request, init?: RequestInit) => {
      const metadata = await providerMetadata(issuer);
      if (String(url) === metadataUrl(issuer)) return Response.json(metadata);
      return providerFetch(url, String(url) === metadata.token_endpoint ? authenticated(init, client, metadata) : init);
    },
  };
}

// Auth.js authenticates by HTTP Basic. Some providers take the secret in the body alone (OpenID Connect Core §9).
function authenticated(
  init: RequestInit | undefined,
  { clientId, clientSecret }: Client,
  { token_endpoint_auth_methods_supported: methods }: Metadata,
): RequestInit | undefined {
  if (methods.includes("client_secret_basic") || !methods.includes("client_secret_post")) return init;
  const headers = new Headers(init?.headers);
  headers.delete("authorization");
  const body = new URLSearchParams(String(init?.body));
  body.set("client_id", clientId);
  body.set("client_secret", clientSecret);
  return { ...init, headers, body };
}

type GitHubUser = Awaited<ReturnType<typeof githubUser>>;

/** @param server a GitHub Enterprise Server; undefined: github.com */
function github(server: URL | undefined, client: Client): Provider {
  const base = server?.href.replace(/\/$/, "");
  const { options: _ignored, ...provider } = GitHub(
    base ? { enterprise: { baseUrl: base } } : {},
  ) as unknown as OAuthConfig<GitHubUser>;
  const issuer = provider.issuer ?? "";
  return {
    ...provider,
    ...client,
    checks: ["pkce", "state"],
    userinfo: { url: base ? `${base}/api/v3/user` : "https://api.github.com/user", request: githubUser },
    profile: ({ id, name, email }) => ({ id: accountAt(issuer, String(id)), name, email }),
    [customFetch]: githubFetch,
  };
}

// GitHub answers an error of the token endpoint with 200. RFC 6749 §5.2 wants 400, and only so is it read as one.
async function githubFetch(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await providerFetch(url, init);
  const said: unknown = await response.clone().json();
  const isError = typeof said === "object" && said !== null && "error" in said;
  return response.ok && isError ? Response.json(said, { status: 400 }) : response;
}
