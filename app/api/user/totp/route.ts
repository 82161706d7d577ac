import { totpSecret } from "#lib/answers.ts";
import { beginTotp } from "#lib/factors/own-totp.ts";
import { removeTotp } from "#lib/factors/remove-totp.ts";
import { noContent } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Begin codes of an authenticator app",
      description:
        "A secret for the app. Nothing is on until a code of it is confirmed, within an hour; until then older codes stay good.",
      limit: "account",
      proof: true,
      answers: { 200: totpSecret },
    },
    ({ db, viewer }) => beginTotp(db, viewer),
  ),
  DELETE: endpoint(
    {
      summary: "Switch the codes off",
      description: "A password is enough again. The recovery codes are void, and all other sessions end.",
      limit: "account",
      proof: true,
      answers: { 204: null },
      refuses: ["not_found"],
    },
    async ({ db, viewer }) => {
      await removeTotp(db, viewer);
      return noContent();
    },
  ),
});
