import "server-only";

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { database } from "@/db/pool";
import { AppError } from "../errors";
import { PATH_HEADER } from "../http/page-path";
import { localPath } from "../local-path";
import { authenticate, type Viewer } from "./authenticate";
import { cookieName } from "./cookies";
import { verifyRefreshToken } from "./tokens";

/**
 * Who is looking at this page, or null for a visitor. Asked once for each render.
 * @throws {AppError} `unavailable` when there may be a viewer, and the database can't be asked who
 */
export const getViewer = cache(async (): Promise<Viewer | null> => {
  const cookie = (await headers()).get("cookie");
  try {
    return await authenticate(database(), { authorization: null, cookie });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await refuseToGuess();
    return null;
  }
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
async function refuseToGuess(): Promise<void> {
  const refresh = (await cookies()).get(cookieName("refresh"))?.value;
  if (refresh && verifyRefreshToken(refresh).ok) throw new AppError("unavailable", { retryAfter: 2 });
}
