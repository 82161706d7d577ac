import { reauthenticate } from "#lib/account/reauthenticate.ts";
import { reauthenticated } from "#lib/answers.ts";
import { sessionCookies } from "#lib/auth/cookies.ts";
import { config } from "#lib/config.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { reauthenticateInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Prove who you are",
      description:
        "For as long as `expires_in` says, this session may do what needs a fresh proof; a login proves the same. Both cookies are renewed: the refresh token of before is good for 10 seconds more.",
      hashes: true,
      limit: "account",
      body: reauthenticateInput,
      answers: { 200: reauthenticated },
      setsCookies: true,
    },
    async ({ db, hash, viewer, body, client }) => {
      const tokens = await reauthenticate(db, hash, viewer, body, client.address);
      const answer = { detail: "Reauthenticated.", expires_in: config().REAUTHENTICATION_SECONDS };
      return json(answer, { cookies: sessionCookies(tokens) });
    },
  ),
});
