import type { Result } from "#lib/client/call.ts";
import { logInApi } from "#lib/client/log-in-api.ts";
import { askForPasskey } from "#lib/client/passkeys.ts";

/** Shows a code. A wrong one is a message at its field. @param onOver called if the challenge is good no more */
export async function showCode(challenge: string, code: string, onOver: () => void): Promise<Result<null>> {
  const result = await logInApi.bySecondFactor({ challenge, code });
  if (!result.ok && result.failure.kind === "refused" && result.failure.code === "invalid_code") {
    return { ok: false, failure: { kind: "fields", fields: { code: [result.failure.detail] } } };
  }
  return leaveIfOver(result, onOver);
}

/** Asks for a passkey and shows its answer. @param onOver called if the challenge is good no more */
export async function showPasskey(challenge: string, onOver: () => void): Promise<Result<null>> {
  const answer = await askForPasskey();
  if (!answer.ok) return answer;
  return leaveIfOver(await logInApi.bySecondFactor({ challenge, passkey: { ...answer.data } }), onOver);
}

// What it leads to says why: the form is busy until then.
function leaveIfOver(result: Result<null>, onOver: () => void): Result<null> {
  if (result.ok || result.failure.kind !== "refused" || result.failure.code !== "token_not_valid") return result;
  onOver();
  return { ok: true, data: null };
}
