import { useSyncExternalStore } from "react";

/** False in the server's HTML, true once this page's scripts have taken over. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  );
}
