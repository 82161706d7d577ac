import { detail } from "#lib/answers.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { resetPassword, resetPasswordRules } from "#lib/passwords/reset-password.ts";
import { resetPasswordInput } from "#lib/schemas.ts";

const RESET = { detail: "Password has been reset with the new password." };

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Set a new password with a recovery mail",
      description: "All sessions end, and none is opened. A refused password leaves the token good.",
      public: true,
      hashes: true,
      limit: "mail_link",
      body: resetPasswordInput,
      rules: resetPasswordRules,
      answers: { 200: detail(RESET.detail) },
    },
    async ({ db, hash, body, client }) => {
      await resetPassword(db, hash, body, client.address);
      return json(RESET);
    },
  ),
});
