import { headers as requestHeaders } from "next/headers";
import { z } from "zod";
import { reauthenticate } from "#lib/account/reauthenticate.ts";
import { reauthenticated, walk, withTokens } from "#lib/answers.ts";
import { sessionCookies } from "#lib/auth/cookies.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { tokensForBearer } from "#lib/auth/tokens-in-body.ts";
import { config } from "#lib/config.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { reauthenticateInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Prove who you are",
      description:
        "For as long as `expires_in` says, this session may do what needs a fresh proof; a login proves the same. Both cookies are renewed: the refresh token of before is good for 10 seconds more. An account that has only providers names one instead: the browser goes to `url`, and comes back with the proof.",
      refuses: ["reauthentication_required"],
      hashes: true,
      limit: "account",
      body: reauthenticateInput,
      answers: { 200: z.union([withTokens(reauthenticated), walk]) },
      setsCookies: true,
    },
    async ({ db, hash, viewer, body: { provider, ...proof }, client, headers }) => {
      const origin = publicOrigin(await requestHeaders());
      if (provider !== undefined && Object.keys(proof).length === 0) {
        const { beginProof } = await import("#lib/providers/begin-for-owner.ts");
        const { url, cookies } = await beginProof(db, viewer, provider, origin);
        return json({ url }, { cookies });
      }
      const tokens = await reauthenticate(db, viewer, proof, { hash, address: client.address, origin, cookie: headers.cookie });
      const answer = { detail: "Reauthenticated.", expires_in: config().REAUTHENTICATION_SECONDS };
      return json({ ...answer, ...tokensForBearer(tokens, headers) }, { cookies: sessionCookies(tokens) });
    },
  ),
});
