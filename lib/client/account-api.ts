import type { Account, EventPage } from "#lib/answers.ts";
import type { ChangeAccountInput, ChangeEmailInput, ChangePasswordInput } from "#lib/schemas.ts";
import { announcing } from "./announcing.ts";
import { api } from "./api-client.ts";
import { orGone } from "./call.ts";

/** The calls of the account's pages. Other pages don't load them. */
export const accountApi = {
  change: (input: ChangeAccountInput) => announcing("changed", api.patch<Account>("/api/user/account/", input)),
  changePassword: (input: ChangePasswordInput) => announcing("changed", api.post("/api/user/password/", input)),
  changeEmail: (input: ChangeEmailInput) => api.post("/api/user/email/", input),
  // Nothing is sent if the address has been confirmed elsewhere: then the pages show that.
  resendConfirmation: () => announcing("changed", api.post("/api/user/email/resend/")),

  endSession: (id: string) => orGone(api.delete<null>(`/api/user/sessions/${encodeURIComponent(id)}/`)),
  endOtherSessions: () => api.delete<{ ended: number }>("/api/user/sessions/"),
  events: (before: number) => api.get<EventPage>(`/api/user/events/?before=${before}`),
  export: () => api.get("/api/user/account/export/"),
  delete: () => announcing("deleted", api.delete<null>("/api/user/account/")),
};
