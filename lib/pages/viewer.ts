import "server-only";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import { pageDatabase } from "./database.ts";
import { judgeViewer } from "./judge-viewer.ts";
import { localPath } from "./local-path.ts";
import { isOutage } from "./outage.ts";
import { logInPath } from "./visitor-paths.ts";

/** Asked once for each render. */
const findViewer = cache(async () => judgeViewer(pageDatabase(), (await headers()).get("cookie")));

/**
 * Who is looking at this page; null for a visitor, and where the database can't be asked who it is: for pages that are
 * for everybody, and must not fail with the database.
 */
export async function getViewer(): Promise<Viewer | null> {
  try {
    return await findViewer();
  } catch (error) {
    if (isOutage(error)) return null;
    throw error;
  }
}

/**
 * The viewer of a page that is for the signed-in: the first line of such a page. A visitor is sent to the login page,
 * which says why, and comes back after logging in.
 * @throws {Error} `isOutage` when there may be a viewer, and the database can't be asked who
 */
export async function requireViewer(): Promise<Viewer> {
  const viewer = await findViewer();
  if (viewer) return viewer;
  const page = currentRequest();
  redirect(logInPath(localPath(page?.pagePath), page?.hasEndedSession ? "ended" : null));
}
