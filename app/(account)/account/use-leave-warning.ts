import { useEffect } from "react";

/** While the component is shown, the browser asks before it leaves the page. */
export function useLeaveWarning(): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    document.addEventListener("click", loadWholePage, { capture: true });
    return () => {
      window.removeEventListener("beforeunload", ask);
      document.removeEventListener("click", loadWholePage, { capture: true });
    };
  }, []);
}

// Next's own links leave without a page load, and so without the browser's question.
function loadWholePage(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const isElsewhere = link !== null && link.pathname !== window.location.pathname;
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!isElsewhere || !isPlain) return;
  event.preventDefault();
  event.stopPropagation();
  window.location.assign(link.href);
}
