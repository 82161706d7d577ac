import Bowser from "bowser";

/** Longer than any browser's own text. What follows is not read: parsing must not take long. */
const MOST_CHARACTERS = 512;
const MOST_REMEMBERED = 1_000;

const UNKNOWN = "Unknown device";
const WORDS = { browser: "a browser", system: "an unknown system" };

// The same few browsers come again and again.
const remembered = new Map<string, string>();

/**
 * A `User-Agent` header in words: "Firefox on Windows". A program that is no browser is named by the first word that it sends,
 * if that is a product's name (RFC 9110 §10.1.5).
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
  const name = browser.name || null;
  const system = os.name || null;
  if (name === null && system === null) return /^([A-Za-z][\w.-]{0,40})(?:\/|$)/.exec(text)?.[1] ?? UNKNOWN;
  return `${name?.replace(/^Microsoft | for Android$/, "") ?? WORDS.browser} on ${system ?? WORDS.system}`.replace(/^a /, "A ");
}
