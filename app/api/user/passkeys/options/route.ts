import { headers as requestHeaders } from "next/headers";
import { passkeyOptions } from "#lib/answers.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { askForNewPasskey } from "#lib/factors/add-passkey.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Begin a new passkey",
      description: "A challenge, with what the browser makes a passkey with. It is good once, for 5 minutes, for this session.",
      limit: "account",
      proof: true,
      answers: { 200: passkeyOptions },
      refuses: ["passkeys_off"],
    },
    async ({ db, viewer, headers: { cookie: sent } }) => {
      const sender = { origin: publicOrigin(await requestHeaders()), cookie: sent };
      const { options, cookie } = await askForNewPasskey(db, viewer, sender);
      return json(options, { cookies: [cookie] });
    },
  ),
});
