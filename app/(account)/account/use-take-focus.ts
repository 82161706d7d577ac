import { useEffect, useRef } from "react";

/** For an element that appears in place of what had the focus: it takes the focus when it is first shown. */
export function useTakeFocus<Shown extends HTMLElement>() {
  const shown = useRef<Shown>(null);
  useEffect(() => {
    shown.current?.focus();
  }, []);
  return shown;
}
