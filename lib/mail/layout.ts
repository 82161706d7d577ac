import { type Html, html } from "./html.ts";
import type { Content } from "./letter.ts";
import { pageUrl } from "./page-url.ts";

// The band and the button bring colours of their own, which are readable on each other. Everything else has those of the reader's
// mail program, so that it is light or dark as the rest of its window.
const BRAND = "background-color:#ffc02e;color:#211628";
const FONT = "font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const PARAGRAPH = "margin:0 0 16px";
const BUTTON = `${BRAND};display:inline-block;padding:12px 24px;border:2px solid;border-radius:10px;font-weight:700;text-decoration:none`;
/** A long address must not widen a phone's window. */
const ADDRESS = "color:inherit;word-break:break-all;overflow-wrap:anywhere";

/** The text and the HTML of a mail: they say the same, and hold the same links. Nothing in it is loaded from anywhere. */
export function layOut(content: Content): { text: string; html: string } {
  return { text: layOutText(content), html: layOutHtml(content) };
}

function layOutText({ subject, paragraphs, action, otherwise }: Content): string {
  const link = action ? [`${action.label}:\n${action.url}`] : [];
  return `${[subject, ...paragraphs, ...link, otherwise, `-- \nMovieConnect\n${pageUrl("/")}`].join("\n\n")}\n`;
}

function layOutHtml({ subject, paragraphs, action, otherwise }: Content): string {
  const site = pageUrl("/");
  return html`<!doctype html>
<html lang="en" dir="ltr" style="color-scheme:light dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
</head>
<body style="margin:0;padding:24px 16px;${FONT};font-size:16px;line-height:1.5">
<main style="max-width:600px;margin:0 auto">
<p style="${BRAND};margin:0 0 24px;padding:12px 16px;border-radius:10px;font-size:18px;font-weight:800">MovieConnect</p>
<h1 style="margin:0 0 16px;font-size:24px;line-height:1.25">${subject}</h1>
${[...paragraphs.map(asParagraph), ...(action ? [button(action)] : []), asParagraph(otherwise)]}
<p style="margin:32px 0 0;padding-top:16px;border-top:1px solid;font-size:14px">MovieConnect<br>
<a href="${site}" style="${ADDRESS}">${site}</a></p>
</main>
</body>
</html>
`.html;
}

function asParagraph(text: string): Html {
  return html`<p style="${PARAGRAPH}">${text}</p>
`;
}

// The address is written out for a reader whose mail program opens no links.
function button({ label, url }: NonNullable<Content["action"]>): Html {
  return html`<p style="margin:24px 0"><a href="${url}" style="${BUTTON}">${label}</a></p>
<p style="${PARAGRAPH};font-size:14px">Or open this address in a browser:<br>
<a href="${url}" style="${ADDRESS}">${url}</a></p>
`;
}
