import "server-only";

import { publicOrigin } from "#lib/auth/public-origin.ts";
import { AppError } from "#lib/errors.ts";

/**
 * Refuses a state-changing request that another site made a browser send, by the headers `Sec-Fetch-Site` and `Origin`. A
 * client that sends neither is no browser, so no other site can use its cookies.
 * @throws {AppError} `cross_site`
 */
export function refuseCrossSite(headers: Headers): void {
  const site = headers.get("sec-fetch-site");
  if (site !== null) {
    if (site !== "same-origin" && site !== "none") throw new AppError("cross_site");
    return;
  }
  const origin = headers.get("origin");
  if (origin !== null && origin !== publicOrigin(headers)) throw new AppError("cross_site");
}
