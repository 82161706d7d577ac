"use client";

import { api } from "@/lib/api-client";
import { FailureNotice } from "./failure-notice";
import { useApiCall } from "./use-api-call";
import { useHydrated } from "./use-hydrated";

/** Ends this session. `ViewerProvider` then leaves the page, here and in the other tabs. */
export function LogOut() {
  const hydrated = useHydrated();
  const { status, failure, run } = useApiCall(() => api.logOut());
  const busy = status !== "ready";
  return (
    <>
      <button
        type="button"
        className="button button-plain"
        disabled={!hydrated || busy}
        aria-busy={busy}
        onClick={() => run(null)}
      >
        {busy ? "Logging out…" : "Log out"}
      </button>
      <div className="basis-full text-ink sm:absolute sm:top-full sm:right-10 sm:z-10 sm:max-w-md">
        <FailureNotice failure={failure} lead="You are still logged in." />
      </div>
    </>
  );
}
