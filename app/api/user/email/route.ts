import { changeEmail } from "#lib/account/change-email.ts";
import { detail } from "#lib/answers.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { changeEmailInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Ask for another address",
      description:
        "Sends a mail to the new address. Nothing changes until its owner confirms it. If it is another account's, the answer is the same, and that account's owner gets a mail.",
      limit: "recovery",
      proof: true,
      body: changeEmailInput,
      answers: { 200: detail("Confirmation e-mail sent.") },
    },
    async ({ db, viewer, body }) => {
      await changeEmail(db, viewer, body.email);
      return { detail: "Confirmation e-mail sent." };
    },
  ),
});
