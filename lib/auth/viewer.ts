import "server-only";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { database } from "@/db/pool";
import { AppError } from "../errors";
import { PATH_HEADER } from "../http/page-path";
import { localPath } from "../local-path";
import { findViewer, type Viewer } from "./authenticate";
import { readCookies } from "./cookies";
import { verifyRefreshToken } from "./tokens";

/**
 * Who is looking at this page, or null for a visitor. Asked once for each render.
 * @throws {AppError} `unavailable` when there may be a viewer, and the database can't be asked who
 */
export const getViewer = cache(async (): Promise<Viewer | null> => {
  const cookie = (await headers()).get("cookie");
  const viewer = await findViewer(database(), cookie);
  if (viewer === null) refuseToGuess(cookie);
  return viewer;
});

/**
 * The viewer of a page that is for the signed-in: the first line of such a page. A visitor is sent to the login page,
 * and comes back after logging in.
 */
export async function requireViewer(): Promise<Viewer> {
  const viewer = await getViewer();
  if (viewer) return viewer;
  const path = localPath((await headers()).get(PATH_HEADER));
  redirect(`/login?next=${encodeURIComponent(path)}`);
}

// proxy.ts has renewed or cleared what it could. A refresh token that is still there, and good by its signature, could
// not be exchanged: whoever holds it is probably signed in, and must not be shown a login form.
function refuseToGuess(cookie: string | null): void {
  const isGood = readCookies(cookie, "refresh").some((token) => verifyRefreshToken(token).ok);
  if (isGood) throw new AppError("unavailable", { retryAfter: 2 });
}
