import type { ProviderAccount } from "#db/sessions.ts";

/**
 * Whom a provider has identified. `email`: only if the provider says that it is verified. `name`: as people are called there,
 * for a greeting.
 */
export type Identity = ProviderAccount & { type: string; email: string | null; name: string | null };

/**
 * The name of an account at a provider: a subject is unique only with its issuer (OpenID Connect Core §2). If the operator
 * changes AUTH_OIDC_ISSUER, the new issuer's subjects are new people here.
 */
export function accountAt(issuer: string, subject: string): string {
  return `${issuer}#${subject}`;
}
