import { confirmEmail } from "#lib/account/confirm-email.ts";
import { detail } from "#lib/answers.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { linkInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Confirm an address",
      description:
        "Takes the token of the link that was mailed to an account's first or new address. A new address replaces the old one, and ends all sessions but the one that asked for it. The token is good for a day, and may be used again while the account has the address.",
      public: true,
      limit: "mail_link",
      body: linkInput,
      answers: { 200: detail("ok") },
    },
    async ({ db, body }) => {
      await confirmEmail(db, body.token);
      return { detail: "ok" };
    },
  ),
});
