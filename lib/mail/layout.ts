import { html } from "./html.ts";
import type { Content } from "./letter.ts";

/** The text and the HTML of a mail. Both say the same, and hold the same link. */
export function layOut({ paragraphs, action, otherwise }: Content): { text: string; html: string } {
  const text = [...paragraphs, ...(action ? [`${action.label}:\n${action.url}`] : []), otherwise].join("\n\n");
  const body = html`<!doctype html><html lang="en" dir="ltr"><body>${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}
${action ? html`<p><a href="${action.url}">${action.label}</a></p><p>${action.url}</p>` : ""}<p>${otherwise}</p></body></html>`;
  return { text: `${text}\n`, html: body.html };
}
