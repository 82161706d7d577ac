import "server-only";

import { config } from "#lib/config.ts";
import type { Tokens } from "./tokens.ts";

type TokensInBody = { refresh: string; access?: string };

/** What an answer's body has of a session's tokens. Only for a request that carried a credential in its own body. */
export function tokensInBody({ refresh, access }: Tokens): TokensInBody {
  return config().ACCESS_TOKEN_IN_BODY === "on" ? { refresh, access } : { refresh };
}

/**
 * Both tokens, where clients without cookies are expected: these would lose a session whose tokens were exchanged beside a
 * refresh. Only for a request that carried a credential in its own body.
 */
export function tokensForClient({ refresh, access }: Tokens): TokensInBody | Record<string, never> {
  return config().ACCESS_TOKEN_IN_BODY === "on" ? { refresh, access } : {};
}
