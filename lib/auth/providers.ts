import { config } from "#lib/config.ts";
import { configuredProviders, type Provider } from "#lib/settings/providers.ts";

/** The providers that people can sign in with, in the order of their buttons. */
export function providers(): Provider[] {
  return configuredProviders(config());
}

/** Whether people can sign in with this provider. */
export function isConfigured(id: string): boolean {
  return providers().some((provider) => provider.id === id);
}

/** A provider's name, as buttons and mails say it. It may have been switched off since the account was linked. */
export function providerName(id: string): string {
  return providers().find((provider) => provider.id === id)?.name ?? FORMER[id] ?? id;
}

const FORMER: Record<string, string> = { google: "Google", github: "GitHub", oidc: "single sign-on" };
