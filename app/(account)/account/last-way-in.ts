import type { Account } from "#lib/answers.ts";
import { isConfigured } from "#lib/auth/providers.ts";

/** What opens an account. */
export type Ways = Pick<Account, "has_password" | "providers" | "passkeys">;

/**
 * Whether nothing else opens the account. Then the API refuses to remove it: lib/factors/require-another-way-in.ts.
 * @param way a provider's id, or "passkey" for one of the passkeys
 */
export function isLastWayIn({ has_password, providers, passkeys }: Ways, way: string): boolean {
  const otherProviders = providers.filter((id) => id !== way && isConfigured(id));
  const otherPasskeys = way === "passkey" ? passkeys - 1 : passkeys;
  return !has_password && otherProviders.length === 0 && otherPasskeys === 0;
}
