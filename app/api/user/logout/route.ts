import { z } from "zod";
import { clearedCookies } from "@/lib/auth/cleared-cookies";
import { findLeaver, logOut } from "@/lib/auth/log-out";
import { json } from "@/lib/http/json";
import { endpoint, route } from "@/lib/http/route";
import { logOutInput } from "@/lib/schemas";

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
    async ({ db, viewer, headers }) => {
      await logOut(db, viewer);
      return json(LOGGED_OUT, { cookies: clearedCookies(headers.cookie) });
    },
  ),
});
