import "server-only";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { pageDatabase } from "#lib/http/page-database.ts";
import { PATH_HEADER } from "#lib/http/page-path.ts";
import { localPath } from "#lib/local-path.ts";
import { isOutage } from "#lib/outage.ts";
import { currentRequest } from "#lib/request-context.ts";
import { logInPath } from "#lib/visitor-paths.ts";
import type { Viewer } from "./authenticate.ts";
import { judgeViewer } from "./judge-viewer.ts";

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
  const path = localPath((await headers()).get(PATH_HEADER));
  redirect(logInPath(path, currentRequest()?.hasEndedSession ? "ended" : null));
}
