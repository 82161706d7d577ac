"use client";

import { useRouter } from "next/navigation";
import { createContext, useContext, useEffect } from "react";
import { announceElsewhere, onSessionChange, type SessionChange } from "#lib/client/session-channel.ts";
import { localPath } from "#lib/names/local-path.ts";
import { isLinkPage } from "#lib/pages/visitor-pages.ts";
import { logInPath } from "#lib/pages/visitor-paths.ts";

type ClientViewer = { username: string };

/** Undefined: not known. During an outage the page can't tell whether its viewer is signed in. */
type MaybeViewer = ClientViewer | null | undefined;

const ViewerContext = createContext<MaybeViewer>(null);

/**
 * The signed-in user, for a client component; null for a visitor.
 * @public for the pages to come: a recipe uses it
 */
export function useViewer(): ClientViewer | null {
  return useContext(ViewerContext) ?? null;
}

/** As `useViewer`, and undefined while the page can't tell. */
export function useMaybeViewer(): MaybeViewer {
  return useContext(ViewerContext);
}

/** Gives the page its viewer, and follows the session, in this tab or another: leaves the page when it opens or ends. */
export function ViewerProvider({ viewer, children }: { viewer: MaybeViewer; children: React.ReactNode }) {
  const isSignedIn = Boolean(viewer);
  const { refresh } = useRouter();
  useEffect(() => onSessionChange((change) => followSession(change, isSignedIn, refresh)), [isSignedIn, refresh]);
  useEffect(() => {
    // A login with a provider ends with a page load. The tabs that still show a login form hear of it here.
    if (isSignedIn) announceElsewhere("opened");
  }, [isSignedIn]);
  useEffect(() => {
    // A page from the back-forward cache shows what was true when the visitor left it.
    const reloadIfRestored = (event: PageTransitionEvent) => event.persisted && window.location.reload();
    window.addEventListener("pageshow", reloadIfRestored);
    return () => window.removeEventListener("pageshow", reloadIfRestored);
  }, []);
  return <ViewerContext value={viewer}>{children}</ViewerContext>;
}

// A whole page load: nothing that was rendered for one user stays in memory for the next. But the page that a mail's link led to
// is of use to everyone, and only this document has the link's token: there the username alone changes.
function followSession(change: SessionChange, isSignedIn: boolean, refresh: () => void): void {
  const hasMoved = change !== "changed" && isSignedIn !== (change === "opened");
  if (change === "changed" || (hasMoved && isLinkPage(window.location.pathname))) refresh();
  else if (hasMoved) window.location.replace(pathAfter(change));
}

function pathAfter(change: Exclude<SessionChange, "changed">): string {
  const { pathname, search } = window.location;
  switch (change) {
    case "opened":
      return localPath(new URLSearchParams(search).get("next"));
    case "logged_out":
    case "deleted":
      // The next person at this screen must not be led to the last one's page.
      return logInPath(null, change);
    default:
      return logInPath(pathname + search, change);
  }
}
