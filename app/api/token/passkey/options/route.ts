import { headers as requestHeaders } from "next/headers";
import { passkeyOptions } from "#lib/answers.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { askForPasskey } from "#lib/factors/check-passkey.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Ask for a passkey",
      description:
        "A challenge, with what the browser asks its passkeys with. It is good once, for 5 minutes, in the browser that has asked: a cookie tells which.",
      public: true,
      limit: "passkey",
      answers: { 200: passkeyOptions },
      refuses: ["passkeys_off"],
    },
    async ({ headers: { cookie: sent } }) => {
      const { options, cookie } = await askForPasskey({ origin: publicOrigin(await requestHeaders()), cookie: sent });
      return json(options, { cookies: [cookie] });
    },
  ),
});
