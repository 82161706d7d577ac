import "server-only";

import { cookies, headers } from "next/headers";
import type { Session } from "next-auth";
import { database } from "#db/pool.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import { sessionOf, visitOf } from "./auth-js.ts";
import { renewedVisit } from "./auth-js-paths.ts";

/**
 * The session: `{user: {id, name}, expires}`, or null. For a server component and a route handler of yours. As next-auth's
 * `auth()`, without its other forms: as a wrapper it would copy cookies onto your answer.
 * @public for the pages to come: a recipe uses it
 * @throws {Error} `isUnavailable(error)` if the database can't be asked
 */
export async function auth(): Promise<Session | null> {
  const cookie = (await headers()).get("cookie");
  // proxy.ts has renewed a page's cookies. A component could not set them.
  const isPage = currentRequest()?.pagePath !== undefined;
  if (isPage) return sessionOf(await visitOf(database(), cookie));
  const renewed = await renewedVisit(database(), cookie);
  const jar = await cookies();
  for (const each of renewed.cookies) jar.set(each);
  return sessionOf(renewed.visit);
}
