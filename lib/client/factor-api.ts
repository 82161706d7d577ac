import type { PasskeyAnswer, RecoveryCodes, TotpSecret } from "#lib/answers.ts";
import type { CodeInput, RenamePasskeyInput } from "#lib/schemas.ts";
import { announcing } from "./announcing.ts";
import { api } from "./api-client.ts";
import { orGone } from "./call.ts";

/** The account's calls about codes and passkeys. How a passkey is made and asked is in passkeys.ts. */
export const factorApi = {
  /** A secret for an authenticator app. Nothing is on until `confirmCodes`. */
  beginCodes: () => api.post<TotpSecret>("/api/user/totp/"),
  confirmCodes: (input: CodeInput) => announcing("changed", api.post<RecoveryCodes>("/api/user/totp/confirm/", input)),
  switchCodesOff: () => announcing("changed", orGone(api.delete<null>("/api/user/totp/"))),
  renewRecoveryCodes: () => announcing("changed", api.post<RecoveryCodes>("/api/user/recovery-codes/")),

  renamePasskey: (id: number, input: RenamePasskeyInput) =>
    announcing("changed", api.patch<PasskeyAnswer>(`/api/user/passkeys/${id}/`, input)),
  removePasskey: (id: number) => announcing("changed", orGone(api.delete<null>(`/api/user/passkeys/${id}/`))),
};
