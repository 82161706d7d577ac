import { useSyncExternalStore } from "react";

/** Whether this browser has passkeys. The server's HTML is for those that do: nearly all. */
export function useHasPasskeys(): boolean {
  return useSyncExternalStore(
    () => () => undefined,
    () => "PublicKeyCredential" in window,
    () => true,
  );
}
