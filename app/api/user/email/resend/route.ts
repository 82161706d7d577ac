import { resendConfirmation } from "#lib/account/resend-confirmation.ts";
import { detail } from "#lib/answers.ts";
import { endpoint, route } from "#lib/http/route.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Send the confirmation again",
      description: "Sends another mail that asks to confirm the account's address, unless the address is verified.",
      limit: "recovery",
      answers: { 200: detail("ok") },
    },
    async ({ db, viewer }) => {
      await resendConfirmation(db, viewer.userId);
      return { detail: "ok" };
    },
  ),
});
