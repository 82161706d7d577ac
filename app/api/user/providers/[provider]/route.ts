import { headers } from "next/headers";
import { walk } from "#lib/answers.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { json, noContent } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { providerPath } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Link a provider",
      description:
        "Begins it: the browser goes to `url`, with the cookies of this answer, and comes back to the account's page. All other sessions end then.",
      limit: "account",
      proof: true,
      params: providerPath,
      answers: { 200: walk },
      refuses: ["invalid_input"],
    },
    async ({ db, viewer, params: { provider } }) => {
      const { beginLink } = await import("#lib/providers/begin-for-owner.ts");
      const { url, cookies } = await beginLink(db, viewer, provider, publicOrigin(await headers()));
      return json({ url }, { cookies });
    },
  ),
  DELETE: endpoint(
    {
      summary: "Unlink a provider",
      description: "It opens the account no more, and all other sessions end.",
      limit: "account",
      proof: true,
      params: providerPath,
      answers: { 204: null },
      refuses: ["last_way_in"],
    },
    async ({ db, viewer, params: { provider } }) => {
      const { unlinkProvider } = await import("#lib/providers/unlink.ts");
      await unlinkProvider(db, viewer, provider);
      return noContent();
    },
  ),
});
