import { detail } from "#lib/answers.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { askForRecovery } from "#lib/passwords/reset-password.ts";
import { recoverInput } from "#lib/schemas.ts";

const SENT = { detail: "Password reset e-mail has been sent." };

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Ask for a recovery mail",
      description: "The answer is the same, after the same time, whether or not an account has this address.",
      public: true,
      limit: "recovery",
      body: recoverInput,
      answers: { 200: detail(SENT.detail) },
    },
    async ({ db, body }) => {
      await askForRecovery(db, body.email);
      return json(SENT);
    },
  ),
});
