import "server-only";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { identifyViewer } from "#lib/auth/identify-viewer.ts";
import type { SessionEnd } from "#lib/errors.ts";
import { localPath } from "#lib/names/local-path.ts";
import { currentRequest } from "#lib/observe/request-context.ts";
import { pageDatabase } from "./database.ts";
import { isOutage } from "./outage.ts";
import { logInPath } from "./visitor-paths.ts";

/** Runs once per render. */
const findViewer = cache(async () => identifyViewer(pageDatabase(), (await headers()).get("cookie")));

/**
 * The viewer of a public page, which must not fail with the database: null for a visitor, and during an outage.
 */
export async function getViewer(): Promise<Viewer | null> {
  try {
    return await findViewer();
  } catch (error) {
    if (isOutage(error)) return null;
    throw error;
  }
}

/** Whether `getViewer` can tell: not during an outage, if the request carries credentials. */
export async function isViewerKnown(): Promise<boolean> {
  try {
    await findViewer();
    return true;
  } catch (error) {
    if (isOutage(error)) return false;
    throw error;
  }
}

/**
 * The viewer of a page that requires a session: call it in the page's first line. Redirects a visitor to the login page,
 * which says why, and leads back after the login.
 * @throws {Error} `isOutage` when the request carries credentials, and the database can't be asked about them
 */
export async function requireViewer(): Promise<Viewer> {
  const viewer = await findViewer();
  if (viewer) return viewer;
  redirect(logInPath(localPath(currentRequest()?.pagePath), sessionEnd()));
}

/**
 * Why the session ended whose cookies came with this request; null if there is no such session. The same answer clears these
 * cookies, so that it is said once.
 */
export function sessionEnd(): SessionEnd | "ended" | null {
  return currentRequest()?.sessionEnd ?? null;
}
