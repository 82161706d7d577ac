import { recoveryCodes } from "#lib/answers.ts";
import { confirmTotp } from "#lib/factors/own-totp.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { codeInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Confirm codes of an authenticator app",
      description: "With a code of the new secret. From now on every login asks for one. All other sessions end.",
      limit: "account",
      body: codeInput,
      answers: { 200: recoveryCodes },
    },
    async ({ db, viewer, body: { code }, client: { address } }) => ({
      recovery_codes: await confirmTotp(db, viewer, code, address),
    }),
  ),
});
