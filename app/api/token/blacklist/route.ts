import { z } from "zod";
import { blacklistToken } from "#lib/auth/blacklist-token.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { blacklistInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Blacklist a refresh token",
      description:
        "Ends the token's session, its access tokens too: a logout for clients without cookies, as simplejwt's endpoint. A browser that holds this very session loses its cookies.",
      public: true,
      limit: "refresh",
      body: blacklistInput,
      answers: { 200: z.object({}) },
      refuses: ["refresh_token_not_valid"],
    },
    async ({ db, body, headers: { cookie } }) => json({}, { cookies: await blacklistToken(db, body.refresh, cookie) }),
  ),
});
