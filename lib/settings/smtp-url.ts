import { ENCODING } from "./userinfo-encoding.ts";

const FORM = "must be a URL: smtp://user:password@mail.example.com:587, or smtps:// with TLS from the start";

/**
 * Refuses also an ambiguous URL: with a raw `/`, `?` or `#` in the password, a part of the password would look like the host.
 * @throws {Error} what the variable must be, worded to follow its name. It quotes no part of the URL
 */
export function assertSmtpUrl(text: string): void {
  const [, rest = ""] = /^smtps?:\/\/(.*)$/is.exec(text) ?? [];
  if (rest === "") throw new Error(FORM);
  const [, afterHost = ""] = /^[^/?]*(.*)$/s.exec(rest) ?? [];
  if (/[#\s]/.test(rest) || afterHost.includes("@")) throw new Error(ENCODING);
  if (!URL.canParse(text) || new URL(text).hostname === "") throw new Error(FORM);
}
