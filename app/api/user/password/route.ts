import { detail, withTokens } from "#lib/answers.ts";
import { sessionCookies } from "#lib/auth/cookies.ts";
import { requireProofWithoutPassword } from "#lib/auth/require-proof.ts";
import { tokensForBearer } from "#lib/auth/tokens-in-body.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { changePassword, changePasswordRules } from "#lib/passwords/change-password.ts";
import { changePasswordInput } from "#lib/schemas.ts";

const SAVED = "New password has been saved.";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Change the password",
      description:
        "All other sessions end. This one goes on with new cookies. An account without a password sets its first after a proof.",
      hashes: true,
      limit: "account",
      proof: requireProofWithoutPassword,
      body: changePasswordInput,
      rules: changePasswordRules,
      answers: { 200: withTokens(detail(SAVED)) },
      setsCookies: true,
    },
    async ({ db, hash, viewer, body, client, headers }) => {
      const tokens = await changePassword(db, hash, viewer, body, client.address);
      return json({ detail: SAVED, ...tokensForBearer(tokens, headers) }, { cookies: sessionCookies(tokens) });
    },
  ),
});
