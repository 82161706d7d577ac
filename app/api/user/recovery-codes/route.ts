import { recoveryCodes } from "#lib/answers.ts";
import { renewRecoveryCodes } from "#lib/factors/own-totp.ts";
import { endpoint, route } from "#lib/http/route.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Make new recovery codes",
      description: "The old ones are void, and all other sessions end.",
      limit: "account",
      proof: true,
      answers: { 200: recoveryCodes },
      refuses: ["not_found"],
    },
    async ({ db, viewer }) => ({ recovery_codes: await renewRecoveryCodes(db, viewer) }),
  ),
});
