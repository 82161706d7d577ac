import "server-only";

import { config } from "#lib/config.ts";
import type { CredentialHeaders } from "./authenticate.ts";
import { bearerParts } from "./bearer-token.ts";
import type { Tokens } from "./tokens.ts";

type TokensInBody = { refresh: string; access?: string };

/** What an answer's body has of a session's tokens. Only for a request that carried a credential in its own body. */
export function tokensInBody({ refresh, access }: Tokens): TokensInBody {
  return config().ACCESS_TOKEN_IN_BODY === "on" ? { refresh, access } : { refresh };
}

/**
 * Both tokens, for an answer whose tokens a browser needs in cookies alone. A client that sent its access token in the header keeps
 * no cookies, and would lose the session after the grace. A script on a page has no token to send: it gets none here.
 */
export function tokensForBearer({ refresh, access }: Tokens, { authorization }: CredentialHeaders): Partial<TokensInBody> {
  const keepsNoCookies = bearerParts(authorization) !== null;
  return keepsNoCookies && config().ACCESS_TOKEN_IN_BODY === "on" ? { refresh, access } : {};
}
