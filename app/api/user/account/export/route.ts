import { exportAccount } from "#lib/account/export-account.ts";
import { exported } from "#lib/answers.ts";
import { attachment } from "#lib/http/attachment.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint(
    {
      summary: "Everything that is kept about the user",
      description: "As a file to save: its name is in `Content-Disposition`. Hashes and secrets are left out.",
      limit: "account",
      proof: true,
      answers: { 200: exported },
    },
    async ({ db, viewer }) =>
      json(await exportAccount(db, viewer), { headers: attachment(`movieconnect-${viewer.username}.json`) }),
  ),
});
