import { z } from "zod";
import { refreshToken } from "#lib/answers.ts";
import { sessionCookies } from "#lib/auth/cookies.ts";
import { refreshByBody, refreshByCookie } from "#lib/auth/refresh-presented.ts";
import { tokensInBody } from "#lib/auth/tokens-in-body.ts";
import { AppError } from "#lib/errors.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { refreshInput } from "#lib/schemas.ts";

const REFRESHED = { detail: "Token refreshed." };

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Renew the access token",
      description: "The body's token comes before the cookie's. The answer has a token only if the body had one.",
      public: true,
      credentials: ["refresh"],
      limit: "refresh",
      body: refreshInput,
      answers: { 200: z.union([z.object({ detail: z.literal(REFRESHED.detail) }), refreshToken]) },
      setsCookies: true,
      refuses: ["refresh_token_missing", "refresh_token_not_valid"],
    },
    async ({ db, body, headers }) => {
      const { refresh } = body;
      const isByBody = refresh !== undefined;
      const tokens = isByBody ? await refreshByBody(db, refresh, headers.cookie) : await refreshByCookie(db, headers.cookie);
      if (tokens === null) throw new AppError("refresh_token_missing");
      // Only a client that has a refresh token may read one: a script on the page has none, and gets none.
      const answer = isByBody ? tokensInBody(tokens) : REFRESHED;
      return json(answer, { cookies: sessionCookies(tokens) });
    },
  ),
});
