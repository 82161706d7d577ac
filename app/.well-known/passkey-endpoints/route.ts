import { headers as requestHeaders } from "next/headers";
import { publicOrigin } from "#lib/auth/public-origin.ts";
import { AppError } from "#lib/errors.ts";
import { relyingPartyOf } from "#lib/factors/relying-party.ts";
import { endpoint, route } from "#lib/http/route.ts";

/** Where password managers look for the page that adds and removes passkeys (W3C, "A Well-Known URL for Relying Party Passkey Endpoints"). */
export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint({ public: true }, async () => {
    const origin = publicOrigin(await requestHeaders());
    if (relyingPartyOf(origin) === null) throw new AppError("not_found");
    const page = `${origin}/account#passkeys`;
    return { enroll: page, manage: page };
  }),
});
