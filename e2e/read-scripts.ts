import type { Page } from "playwright/test";

/**
 * Reads the scripts that a page loads. Returns a function that resolves with those so far, once their texts have arrived. Call it
 * before the page goes to another document: with the old one its answers are gone.
 */
export function readScripts(page: Page): () => Promise<{ url: string; text: string }[]> {
  const reading: Promise<{ url: string; text: string }>[] = [];
  page.on("response", (response) => {
    if (!response.url().endsWith(".js")) return;
    const script = response.text().then((text) => ({ url: response.url(), text }));
    // A failure is that of the test which waits for it.
    script.catch(() => undefined);
    reading.push(script);
  });
  return () => Promise.all(reading);
}
