/** HTML that needs no escaping. */
export type Html = { html: string };

/** A template whose values are escaped, unless they are HTML that this template made. */
export function html(parts: TemplateStringsArray, ...values: (string | Html | Html[])[]): Html {
  const text = parts.map((part, index) => part + toHtml(values[index] ?? ""));
  return { html: text.join("") };
}

function toHtml(value: string | Html | Html[]): string {
  if (Array.isArray(value)) return value.map(toHtml).join("");
  return typeof value === "string" ? escaped(value) : value.html;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
