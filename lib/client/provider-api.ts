import type { Account, User, Walk } from "#lib/answers.ts";
import type { CompleteSignUpInput } from "#lib/schemas.ts";
import { announcing } from "./announcing.ts";
import { api } from "./api-client.ts";
import { isUnauthenticated, orGone, type Result, send } from "./call.ts";
import { announceSession } from "./session-channel.ts";

/** The calls about other providers. Pages without their buttons don't load them. */
export const providerApi = {
  /** Where a login with a provider begins. @param next where to go after it: a path of this site */
  signIn: async (provider: string, next: string): Promise<Result<Walk>> => {
    const csrf = await send<{ csrfToken: string }>("GET", "/api/auth/csrf");
    if (!csrf.ok) return csrf;
    const form = new URLSearchParams({ csrfToken: csrf.data.csrfToken, callbackUrl: next });
    return send("POST", `/api/auth/signin/${provider}`, form);
  },

  /** Makes a newcomer's account. `opened`: whether that opened a session, or the address has to be confirmed first */
  completeSignUp: async (input: CompleteSignUpInput): Promise<Result<User & { opened: boolean }>> => {
    const result = await send<User>("POST", "/api/user/signup/complete/", input);
    if (!result.ok) return result;
    const opened = !isUnauthenticated(await send("GET", "/api/user/profile/"));
    if (opened) announceSession("opened");
    return { ok: true, data: { ...result.data, opened } };
  },

  /** The providers that open the viewer's account. */
  linked: async (): Promise<Result<string[]>> => {
    const result = await api.get<Account>("/api/user/account/");
    return result.ok ? { ok: true, data: result.data.providers } : result;
  },

  /** Where proving with a provider begins. */
  prove: (provider: string) => api.post<Walk>("/api/user/reauthenticate/", { provider }),
  /** Where linking a provider begins. */
  link: (provider: string) => api.post<Walk>(pathOf(provider)),

  unlink: (provider: string) => announcing("changed", orGone(api.delete<null>(pathOf(provider)))),
};

function pathOf(provider: string): string {
  return `/api/user/providers/${provider}/`;
}
