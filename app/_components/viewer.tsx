"use client";

import { createContext, useContext, useEffect } from "react";
import { localPath } from "@/lib/local-path";
import { onSessionChange } from "@/lib/session-channel";

type ClientViewer = { username: string };

const ViewerContext = createContext<ClientViewer | null>(null);

/** Who is signed in, in a client component; null for a visitor. */
export function useViewer(): ClientViewer | null {
  return useContext(ViewerContext);
}

/** Gives the page its viewer, and takes the page along when the session opens or ends, in this tab or another. */
export function ViewerProvider({ viewer, children }: { viewer: ClientViewer | null; children: React.ReactNode }) {
  const isSignedIn = viewer !== null;
  useEffect(() => onSessionChange((change) => followSession(change, isSignedIn)), [isSignedIn]);
  useEffect(() => {
    // A page out of the back-forward cache shows what was true when it was left.
    const reloadIfRestored = (event: PageTransitionEvent) => event.persisted && window.location.reload();
    window.addEventListener("pageshow", reloadIfRestored);
    return () => window.removeEventListener("pageshow", reloadIfRestored);
  }, []);
  return <ViewerContext value={viewer}>{children}</ViewerContext>;
}

// Whole page loads: nothing that was rendered for the one survives in memory for the other.
function followSession(change: "opened" | "ended", isSignedIn: boolean): void {
  const { pathname, search } = window.location;
  if (change === "ended" && isSignedIn) {
    window.location.replace(`/login?next=${encodeURIComponent(pathname + search)}`);
  }
  if (change === "opened" && !isSignedIn) {
    window.location.replace(localPath(new URLSearchParams(search).get("next")));
  }
}
