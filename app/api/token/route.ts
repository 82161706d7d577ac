import { refreshToken } from "#lib/answers.ts";
import { sessionCookies } from "#lib/auth/cookies.ts";
import { tokensInBody } from "#lib/auth/tokens-in-body.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { logInInput } from "#lib/schemas.ts";
import { logIn } from "#lib/sign-in/log-in.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Log in",
      description: "Opens a session: both cookies are set. The refresh token of the answer is for clients without cookies.",
      public: true,
      hashes: true,
      limit: "login_address",
      body: logInInput,
      answers: { 200: refreshToken },
      setsCookies: true,
      refuses: ["no_active_account", "email_not_verified", "second_factor_required"],
    },
    async ({ db, hash, body, client }) => {
      const tokens = await logIn(db, hash, body, client);
      return json(tokensInBody(tokens), { cookies: sessionCookies(tokens) });
    },
  ),
});
