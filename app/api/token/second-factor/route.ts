import { headers as requestHeaders } from "next/headers";
import { refreshToken } from "#lib/answers.ts";
import { sessionCookies } from "#lib/auth/cookies.ts";
import { logOutHolder } from "#lib/auth/log-out.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { tokensInBody } from "#lib/auth/tokens-in-body.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { secondFactorInput } from "#lib/schemas.ts";
import { clearedChallengeCookie } from "#lib/sign-in/challenge-cookie.ts";
import { logInWithSecondFactor, secondFactorRules } from "#lib/sign-in/log-in-with-second-factor.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Log in with a second factor",
      description:
        "After a login that was refused with `second_factor_required`: its challenge, and a code or a passkey. A challenge lasts 5 minutes and 5 wrong codes, and is good once.",
      public: true,
      limit: "login_address",
      body: secondFactorInput,
      rules: secondFactorRules,
      answers: { 200: refreshToken },
      setsCookies: true,
      refuses: ["challenge_not_valid", "invalid_code", "passkey_not_valid", "no_active_account"],
    },
    async ({ db, body, client, headers: { cookie } }) => {
      const origin = publicOrigin(await requestHeaders());
      const { tokens, door } = await logInWithSecondFactor(db, body, { ...client, origin, cookie });
      // As at every login by a provider: nobody would hold that session any more.
      if (door !== "password") await logOutHolder(db, cookie);
      return json(tokensInBody(tokens), { cookies: [...sessionCookies(tokens), ...clearedChallengeCookie(cookie)] });
    },
  ),
});
