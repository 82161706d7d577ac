import { headers as requestHeaders } from "next/headers";
import { refreshToken } from "#lib/answers.ts";
import { sessionCookies } from "#lib/auth/cookies.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { tokensInBody } from "#lib/auth/tokens-in-body.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { passkeyLoginInput } from "#lib/schemas.ts";
import { logInWithPasskey } from "#lib/sign-in/log-in-with-passkey.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Log in with a passkey",
      description:
        "Opens a session for the owner of the passkey. It must have verified its user, by a PIN, a finger or a face: so no other factor is asked for.",
      public: true,
      limit: "login_address",
      body: passkeyLoginInput,
      answers: { 200: refreshToken },
      setsCookies: true,
      refuses: ["passkey_not_valid", "no_active_account", "email_not_verified"],
    },
    async ({ db, body: { response }, client, headers: { cookie } }) => {
      const origin = publicOrigin(await requestHeaders());
      const tokens = await logInWithPasskey(db, response, { ...client, origin, cookie });
      return json(tokensInBody(tokens), { cookies: sessionCookies(tokens) });
    },
  ),
});
