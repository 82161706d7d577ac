import Bowser from "bowser";

/** Longer than any browser's own text. What follows is not read: parsing must not take long. */
const MOST_CHARACTERS = 512;
const MOST_REMEMBERED = 1_000;

const UNKNOWN = "Unknown device";

// Where Bowser does not know a browser, its name is a text of the header.
const BROWSERS = new Set(Object.values(Bowser.BROWSER_MAP));
/** A product's name (RFC 9110 §10.1.5): one word, and no host name, which a mail program would make a link of. */
const PRODUCT = /^([A-Za-z][\w-]{0,23})(?:\/|$)/;

// The same few browsers come again and again.
const remembered = new Map<string, string>();

/**
 * A `User-Agent` header in words: "Firefox on Windows". A program that is no known browser is named by the first word that it
 * sends, if that is a product's name. Nothing else of the header is told: a stranger who tries to log in writes it, and the
 * account's owner reads it.
 */
export function deviceName(userAgent: string): string {
  const text = userAgent.slice(0, MOST_CHARACTERS);
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const name = describe(text);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(text, name);
  return name;
}

function describe(text: string): string {
  if (text === "") return UNKNOWN;
  const { browser, os } = Bowser.parse(text);
  const name =
    browser.name !== undefined && BROWSERS.has(browser.name)
      ? browser.name.replace(/^Microsoft | for Android$/, "")
      : productOf(text);
  if (!os.name) return name ?? UNKNOWN;
  return `${name ?? "A browser"} on ${os.name}`;
}

// Every browser calls itself Mozilla.
function productOf(text: string): string | null {
  const [, product = null] = PRODUCT.exec(text) ?? [];
  return product === "Mozilla" ? null : product;
}
