import { z } from "zod";
import { clearedCookies } from "@/lib/auth/cleared-cookies";
import { logOut } from "@/lib/auth/log-out";
import { json } from "@/lib/http/json";
import { endpoint, route } from "@/lib/http/route";

const LOGGED_OUT = { detail: "Successfully logged out." };

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Log out",
      // Public to the wrapper: the use case also takes a refresh cookie where the access token is no longer good.
      public: true,
      credentials: ["access", "refresh"],
      answers: { 200: z.object({ detail: z.literal(LOGGED_OUT.detail) }) },
      setsCookies: true,
    },
    async ({ db, headers }) => {
      await logOut(db, headers);
      return json(LOGGED_OUT, { cookies: clearedCookies(headers.cookie) });
    },
  ),
});
