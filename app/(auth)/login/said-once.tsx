"use client";

import { useEffect } from "react";

/** A notice that the URL's `reason` asks for. It removes `reason` from the URL, so that a reload doesn't say it again. */
export function SaidOnce({ children }: { children: React.ReactNode }) {
  useEffect(() => {
    const url = new URL(window.location.href);
    url.searchParams.delete("reason");
    window.history.replaceState(null, "", url);
  }, []);
  return (
    <p role="status" className="notice notice-good mt-5 mb-6 font-semibold">
      <span>{children}</span>
    </p>
  );
}
