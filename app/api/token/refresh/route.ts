import { readCookie, sessionCookies } from "@/lib/auth/cookies";
import { refreshSession } from "@/lib/auth/refresh-session";
import { AppError } from "@/lib/errors";
import { json } from "@/lib/http/json";
import { endpoint, route } from "@/lib/http/route";
import { refreshInput } from "@/lib/schemas";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint({ public: true, limit: "refresh", body: refreshInput }, async ({ db, body, headers }) => {
    const presented = body.refresh ?? readCookie(headers.cookie, "refresh");
    if (presented === null) throw new AppError("refresh_token_missing");
    const tokens = await refreshSession(db, presented);
    // Only who could hand one over may read one: a script on the page sends none, and gets none.
    const answer = body.refresh === undefined ? { detail: "Token refreshed." } : { refresh: tokens.refresh };
    return json(answer, { cookies: sessionCookies(tokens) });
  }),
});
