import { freePort } from "#db/embedded/ports.ts";
import { startServer, type TestServer } from "#e2e/harness.ts";
import { type GitHub, startGitHub } from "./github.ts";
import { type IdentityProvider, startIdentityProvider } from "./identity-provider.ts";

export type WithProviders = {
  origin: string;
  server: TestServer;
  oidc: IdentityProvider;
  github: GitHub;
  stop: () => Promise<void>;
};

/** Starts an application with two providers: a real OpenID provider, and a stand-in for GitHub. */
export async function startWithProviders(variables: Record<string, string>): Promise<WithProviders> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const [oidc, github] = await Promise.all([
    startIdentityProvider({ redirectUris: [`${origin}/api/auth/callback/oidc`] }),
    startGitHub(),
  ]);
  const stopProviders = () => Promise.all([oidc.stop(), github.stop()]);
  const server = await startServer({
    PORT: String(port),
    PUBLIC_URL: origin,
    // One worker: what a process keeps about a provider is then there at the next request, too.
    WEB_CONCURRENCY: "1",
    ...oidc.variables,
    ...github.variables,
    ...variables,
  }).catch(async (error) => {
    await stopProviders();
    throw error;
  });
  const stop = async () => {
    await server.stop();
    await stopProviders();
  };
  return { origin, server, oidc, github, stop };
}
