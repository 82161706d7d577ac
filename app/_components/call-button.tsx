"use client";

import type { ComponentProps } from "react";
import { useHydrated } from "./use-hydrated.ts";

type Props = Omit<ComponentProps<"button">, "children" | "disabled"> & {
  label: React.ReactNode;
  busyLabel: React.ReactNode;
  isBusy: boolean;
  /** The call was made too often, and has to wait. */
  isWaiting?: boolean;
};

/** A button that calls the API: it needs this page's scripts, and one call at a time. */
export function CallButton({ label, busyLabel, isBusy, isWaiting = false, onClick, ...button }: Props) {
  const hydrated = useHydrated();
  const isHeld = isBusy || isWaiting;
  // A button that becomes `disabled` loses the focus; one with `aria-disabled` keeps it, and ignores clicks. The Enter key in a
  // form clicks the form's button, too.
  return (
    <button
      {...button}
      disabled={!hydrated}
      aria-disabled={isHeld}
      aria-busy={isBusy}
      onClick={(event) => (isHeld ? event.preventDefault() : onClick?.(event))}
    >
      {isBusy ? busyLabel : label}
    </button>
  );
}
