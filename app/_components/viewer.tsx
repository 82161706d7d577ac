"use client";

import { createContext, useContext, useEffect } from "react";
import { onSessionChange, type SessionChange } from "#lib/client/session-channel.ts";
import { localPath } from "#lib/pages/local-path.ts";
import { logInPath } from "#lib/pages/visitor-paths.ts";

type ClientViewer = { username: string };

const ViewerContext = createContext<ClientViewer | null>(null);

/**
 * Who is signed in, in a client component; null for a visitor.
 * @public for the pages to come: a recipe uses it
 */
export function useViewer(): ClientViewer | null {
  return useContext(ViewerContext);
}

/** Gives the page its viewer, and takes the page along when the session opens or ends, in this tab or another. */
export function ViewerProvider({ viewer, children }: { viewer: ClientViewer | null; children: React.ReactNode }) {
  const isSignedIn = viewer !== null;
  useEffect(() => {
    // Once is enough: what this tab announces comes back to it a second time, over the channel that all tabs share.
    const stop = onSessionChange((change) => followSession(change, isSignedIn) && stop());
    return stop;
  }, [isSignedIn]);
  useEffect(() => {
    // A page out of the back-forward cache shows what was true when it was left.
    const reloadIfRestored = (event: PageTransitionEvent) => event.persisted && window.location.reload();
    window.addEventListener("pageshow", reloadIfRestored);
    return () => window.removeEventListener("pageshow", reloadIfRestored);
  }, []);
  return <ViewerContext value={viewer}>{children}</ViewerContext>;
}

// Whole page loads: nothing that was rendered for the one survives in memory for the other.
function followSession(change: SessionChange, isSignedIn: boolean): boolean {
  if (isSignedIn === (change === "opened")) return false;
  window.location.replace(pathAfter(change));
  return true;
}

function pathAfter(change: SessionChange): string {
  const { pathname, search } = window.location;
  switch (change) {
    case "opened":
      return localPath(new URLSearchParams(search).get("next"));
    case "logged_out":
      // The next person at this screen is not led to where the one before was.
      return logInPath(null, change);
    case "ended":
      return logInPath(pathname + search, change);
  }
}
