import { z } from "zod";
import { refreshToken } from "@/lib/answers";
import { readCookie, sessionCookies } from "@/lib/auth/cookies";
import { refreshSession } from "@/lib/auth/refresh-session";
import { AppError } from "@/lib/errors";
import { json } from "@/lib/http/json";
import { endpoint, route } from "@/lib/http/route";
import { refreshInput } from "@/lib/schemas";

const REFRESHED = { detail: "Token refreshed." };

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Renew the access token",
      description: "The token of the body comes first, then the cookie. Only who sent one in the body is answered one.",
      public: true,
      credentials: ["refresh"],
      limit: "refresh",
      body: refreshInput,
      answers: { 200: z.union([z.object({ detail: z.literal(REFRESHED.detail) }), refreshToken]) },
      setsCookies: true,
      refuses: ["refresh_token_missing", "refresh_token_not_valid"],
    },
    async ({ db, body, headers }) => {
      const presented = body.refresh ?? readCookie(headers.cookie, "refresh");
      if (presented === null) throw new AppError("refresh_token_missing");
      const tokens = await refreshSession(db, presented);
      // Only who could hand one over may read one: a script on the page sends none, and gets none.
      const answer = body.refresh === undefined ? REFRESHED : { refresh: tokens.refresh };
      return json(answer, { cookies: sessionCookies(tokens) });
    },
  ),
});
