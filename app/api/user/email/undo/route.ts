import { undoEmailChange } from "#lib/account/undo-email-change.ts";
import { detail } from "#lib/answers.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { linkInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Undo a change of the address",
      description:
        "Takes the token of the link that was mailed to the old address, for 72 hours after the change. The account has that address again, all its sessions end, a password that was set since is removed, and a mail leads to a new one.",
      public: true,
      limit: "mail_link",
      body: linkInput,
      answers: { 200: detail("ok") },
    },
    async ({ db, body }) => {
      await undoEmailChange(db, body.token);
      return { detail: "ok" };
    },
  ),
});
