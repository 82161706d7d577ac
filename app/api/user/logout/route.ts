import { clearedCookies } from "@/lib/auth/cookies";
import { logOut } from "@/lib/auth/log-out";
import { json } from "@/lib/http/json";
import { endpoint, route } from "@/lib/http/route";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  // Public to the wrapper: the use case also takes a refresh cookie where the access token is no longer good.
  POST: endpoint({ public: true }, async ({ db, headers }) => {
    await logOut(db, headers);
    return json({ detail: "Successfully logged out." }, { cookies: clearedCookies() });
  }),
});
