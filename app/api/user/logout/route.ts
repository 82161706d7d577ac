import { z } from "zod";
import { clearedCookies } from "#lib/auth/cleared-cookies.ts";
import { findLeaver, logOut, logOutOfDjango } from "#lib/auth/log-out.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { logOutInput } from "#lib/schemas.ts";

const LOGGED_OUT = { detail: "Successfully logged out." };

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Log out",
      description: "Ends the session everywhere. Other sessions of the same user go on.",
      authenticate: findLeaver,
      credentials: ["access", "refresh"],
      body: logOutInput,
      answers: { 200: z.object({ detail: z.literal(LOGGED_OUT.detail) }) },
      setsCookies: true,
    },
    async ({ db, viewer, headers, body }) => {
      await logOut(db, viewer);
      await logOutOfDjango(db, viewer, headers.cookie, body.refresh);
      return json(LOGGED_OUT, { cookies: clearedCookies(headers.cookie) });
    },
  ),
});
