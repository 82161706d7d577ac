"use client";

import type { ComponentProps } from "react";
import { useHydrated } from "./use-hydrated.ts";

type Props = Omit<ComponentProps<"button">, "children" | "disabled"> & {
  label: string;
  busyLabel: string;
  isBusy: boolean;
  /** It was tried too often, and has to wait. */
  isWaiting?: boolean;
};

/** A button that calls the API: it needs this page's scripts, and one call at a time. */
export function CallButton({ label, busyLabel, isBusy, isWaiting = false, onClick, ...button }: Props) {
  const hydrated = useHydrated();
  const isHeld = isBusy || isWaiting;
  // A button that becomes `disabled` loses the focus. One that says that it is keeps it, and does nothing: sending a form by the
  // Enter key is a click on its button, too.
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
