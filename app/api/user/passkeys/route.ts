import { headers as requestHeaders } from "next/headers";
import { z } from "zod";
import { passkey } from "#lib/answers.ts";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { addPasskey } from "#lib/factors/add-passkey.ts";
import { ownPasskeys } from "#lib/factors/own-passkeys.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { newPasskeyInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint(
    { summary: "The passkeys", description: "The oldest first.", limit: "account", answers: { 200: z.array(passkey) } },
    ({ db, viewer }) => ownPasskeys(db, viewer.userId),
  ),
  POST: endpoint(
    {
      summary: "Add a passkey",
      description:
        "What the browser made with the options of before. By default it is called after the device. All other sessions end.",
      limit: "account",
      proof: true,
      body: newPasskeyInput,
      answers: { 201: passkey },
    },
    async ({ db, viewer, body, headers: { cookie } }) => {
      const added = await addPasskey(db, viewer, body, { origin: publicOrigin(await requestHeaders()), cookie });
      return json(added, { status: 201 });
    },
  ),
});
