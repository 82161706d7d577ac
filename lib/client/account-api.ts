import type { Account, EventPage } from "#lib/answers.ts";
import type { ChangeAccountInput, ChangeEmailInput, ChangePasswordInput } from "#lib/schemas.ts";
import { api } from "./api-client.ts";
import type { Result } from "./call.ts";
import { announceSession, type SessionChange } from "./session-channel.ts";

/** The calls of the account's pages. Other pages don't load them. */
export const accountApi = {
  change: (input: ChangeAccountInput) => announcing("changed", api.patch<Account>("/api/user/account/", input)),
  changePassword: (input: ChangePasswordInput) => announcing("changed", api.post("/api/user/password/", input)),
  changeEmail: (input: ChangeEmailInput) => api.post("/api/user/email/", input),
  // Nothing is sent if the address has been confirmed elsewhere: then the pages show that.
  resendConfirmation: () => announcing("changed", api.post("/api/user/email/resend/")),

  endSession: async (id: string): Promise<Result<null>> => {
    const result = await api.delete<null>(`/api/user/sessions/${encodeURIComponent(id)}/`);
    // A 404 means that it had already ended, which is what was asked for.
    const hasEnded = !result.ok && result.failure.kind === "refused" && result.failure.status === 404;
    return hasEnded ? { ok: true, data: null } : result;
  },

  endOtherSessions: () => api.delete<{ ended: number }>("/api/user/sessions/"),
  events: (before: number) => api.get<EventPage>(`/api/user/events/?before=${before}`),
  export: () => api.get("/api/user/account/export/"),
  delete: () => announcing("deleted", api.delete<null>("/api/user/account/")),
};

async function announcing<Data>(change: SessionChange, call: Promise<Result<Data>>): Promise<Result<Data>> {
  const result = await call;
  if (result.ok) announceSession(change);
  return result;
}
