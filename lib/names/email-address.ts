import { domainToASCII, domainToUnicode } from "node:url";

/**
 * The longest host that is converted. In ASCII a host has at most 253 characters; in Unicode, with decomposed letters, it can
 * have some more. Converting a longer one would only waste time.
 */
const LONGEST_UNICODE_HOST = 1_024;

/** ASCII letters, digits, hyphens and dots, and anything beyond ASCII, which UTS 46 checks. */
const UNICODE_HOST = /^[a-z0-9.\u0080-\u{10ffff}-]+$/iu;
/** A host in ASCII, with at least one label that stands for Unicode. */
const INTERNATIONAL_HOST = /^(?=(?:.*\.)?xn--)[a-z0-9.-]+$/i;
const ASCII = /^[\0-\x7f]*$/;

/**
 * The form in which an address is stored and looked up: with its host in ASCII (UTS 46), as browsers' e-mail fields send it.
 * A host that is in ASCII already, or can't be converted, stays as it is.
 */
export function asciiEmail(written: string): string {
  const at = written.lastIndexOf("@");
  const host = written.slice(at + 1);
  // A host in ASCII keeps its case. Other characters are excluded since Node would treat them as in a URL: decode percents,
  // drop tabs and cut at slashes.
  if (at < 0 || ASCII.test(host) || host.length > LONGEST_UNICODE_HOST || !UNICODE_HOST.test(host)) return written;
  return `${written.slice(0, at)}@${domainToASCII(host) || host}`;
}

/** The address as a person would write it, with its host in Unicode. */
export function unicodeEmail(address: string): string {
  const at = address.lastIndexOf("@");
  const host = address.slice(at + 1);
  return `${address.slice(0, at)}@${domainToUnicode(host) || host}`;
}

/**
 * The stored addresses that a typed one can mean, the likeliest first. Chromium's e-mail field converts ß, ς and the joiners as
 * IDNA 2003 did (UTS 46 §4, transitional), and so sends another host than other programs do.
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
