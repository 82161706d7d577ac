import { headers } from "next/headers";
import { z } from "zod";
import { reauthenticate, reauthenticateRules } from "#lib/account/reauthenticate.ts";
import { reauthenticated, walk } from "#lib/answers.ts";
import { sessionCookies } from "#lib/auth/cookies.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { config } from "#lib/config.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { reauthenticateInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Prove who you are",
      description:
        "For as long as `expires_in` says, this session may do what needs a fresh proof; a login proves the same. Both cookies are renewed: the refresh token of before is good for 10 seconds more. An account without a password names a provider instead: the browser goes to `url`, and comes back with the proof.",
      hashes: true,
      limit: "account",
      body: reauthenticateInput,
      rules: reauthenticateRules,
      answers: { 200: z.union([reauthenticated, walk]) },
      setsCookies: true,
    },
    async ({ db, hash, viewer, body: { password, provider }, client }) => {
      if (password === undefined) {
        const { beginProof } = await import("#lib/providers/begin-for-owner.ts");
        const { url, cookies } = await beginProof(db, viewer, provider ?? "", publicOrigin(await headers()));
        return json({ url }, { cookies });
      }
      const tokens = await reauthenticate(db, hash, viewer, password, client.address);
      const answer = { detail: "Reauthenticated.", expires_in: config().REAUTHENTICATION_SECONDS };
      return json(answer, { cookies: sessionCookies(tokens) });
    },
  ),
});
