import { domainToASCII, domainToUnicode } from "node:url";

/**
 * The longest host that is looked at. In ASCII none has over 253 characters; written in Unicode it may have some more, where
 * letters are taken apart. What is longer would cost more than it is worth.
 */
const MOST_WRITTEN = 1_024;

/** Letters, digits, hyphens and dots of ASCII, and all that is not ASCII: UTS 46 judges that. */
const UNICODE_HOST = /^[a-z0-9.\u0080-\u{10ffff}-]+$/iu;
/** A host in ASCII, of which a label at least is written in Unicode. */
const INTERNATIONAL_HOST = /^(?=(?:.*\.)?xn--)[a-z0-9.-]+$/i;
const ASCII = /^[\0-\x7f]*$/;

/**
 * An address as it is kept and looked for: its host in ASCII (UTS 46), as browsers' e-mail fields send it. One that is in
 * ASCII, or can't be made so, stays as it was written.
 */
export function asciiEmail(written: string): string {
  const at = written.lastIndexOf("@");
  const host = written.slice(at + 1);
  // A host in ASCII keeps its case. In any other, Node would also decode percents, drop tabs and cut at slashes, as in a URL.
  if (at < 0 || ASCII.test(host) || host.length > MOST_WRITTEN || !UNICODE_HOST.test(host)) return written;
  return `${written.slice(0, at)}@${domainToASCII(host) || host}`;
}

/** The same address as a person would write it. */
export function unicodeEmail(address: string): string {
  const at = address.lastIndexOf("@");
  const host = address.slice(at + 1);
  return `${address.slice(0, at)}@${domainToUnicode(host) || host}`;
}

/**
 * The addresses that a typed one may mean, the likeliest first. Of ß, ς and the joiners Chromium's e-mail field
 * makes what IDNA 2003 did (UTS 46 §4, transitional), and so sends another host than any other program.
 */
export function meantEmails(typed: string): string[] {
  const address = asciiEmail(typed);
  const at = address.lastIndexOf("@") + 1;
  const host = address.slice(at);
  if (host.length > 253 || !INTERNATIONAL_HOST.test(host)) return [address];
  const transitional = (domainToUnicode(host) || host)
    .replaceAll("ß", "ss")
    .replaceAll("ς", "σ")
    .replaceAll(/[\u200c\u200d]/g, "");
  return [...new Set([address, asciiEmail(address.slice(0, at) + transitional)])];
}
