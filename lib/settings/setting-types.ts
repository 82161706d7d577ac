import { BlockList, isIPv6 } from "node:net";
import { z } from "zod";
import { parseDatabaseUrl } from "./database-url.ts";
import { splitField } from "./field-value.ts";
import { assertIssuer } from "./provider-url.ts";
import { assertSmtpUrl } from "./smtp-url.ts";

// The types of settings, as parts of zod schemas.

/** A URL that `parseDatabaseUrl` accepts. */
export const databaseUrl = z
  .string({ error: "must be a URL: postgres://user:password@host:5432/database" })
  .superRefine(acceptedBy(parseDatabaseUrl));

/** A whole number. @param most with at most nine digits */
export function integer(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .refine((value) => value >= least && value <= most, error);
}

/** A limit: how many attempts in how many seconds. */
export function attempts(fallback: string) {
  const error = `must be attempts and seconds: ${fallback}`;
  return z
    .string()
    .regex(/^[1-9]\d{0,6}\/[1-9]\d{0,6}$/, error)
    .prefault(fallback)
    .transform((text) => text.split("/").map(Number))
    .transform(([most = 1, seconds = 1]) => ({ most, seconds }));
}

/** A day: the moment at which it is over, by UTC. */
export const lastDay = z.iso
  .date("must be a day: 2027-01-31")
  .transform((day) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000));

/** The name of a claim in a token, which none of the names of other claims may be. */
export const claimName = z
  .string()
  .regex(/^(?!(?:token_type|exp|iat|jti|sid|gen|username)$)[\w.:/-]{1,64}$/, "must be a claim's name: user_id");

/** The URL of a mail server. */
export const smtpUrl = z.string().superRefine(acceptedBy(assertSmtpUrl));

/** What a provider calls this application, or a secret that it gave it (RFC 6749 appendix A.1, A.2). */
export const credential = z
  .string()
  .regex(
    /^(?!(["']).*\1$)[!-~]{1,4096}$/,
    "must be as the provider shows it: ASCII, without white space, and without quotes around it",
  );

/** A provider's name, as a button says it. */
export const providerName = z
  .string()
  .trim()
  .regex(/^[^\p{C}]{1,40}$/u, "must be a name of at most 40 characters");

/** An issuer of OpenID Connect: a string, since it is compared character by character. */
export const issuer = z.string().superRefine(acceptedBy(assertIssuer));
/** The URL of another server that people sign in with. */
export const providerUrl = issuer.transform((text) => new URL(text));

function acceptedBy(check: (text: string) => unknown) {
  return (text: string, context: z.RefinementCtx<string>): void => {
    try {
      check(text);
    } catch (error) {
      context.addIssue((error as Error).message);
    }
  };
}

/** Who sends mails, as mail programs show it. `name` is empty for an address alone. */
export type Mailbox = { name: string; address: string };

const NAMED = /^(?:([^<>"\\\p{C}]{1,100}) )?<([^<>]+)>$/u;
// The local part is ASCII: not every mail server takes another one (RFC 6531). A host in Unicode is sent in its ASCII form.
const ADDRESS = /^[\w!#$%&'*+/=?^`{|}~.-]+@[\p{L}\p{M}\p{N}.-]+$/u;

/** For `transform`: an address that sends mail, alone or after a name, which may have any punctuation but quotation marks. */
export function toMailbox(text: string, context: z.RefinementCtx<string>): Mailbox {
  const [, name = "", address = text] = NAMED.exec(text) ?? [];
  if (!ADDRESS.test(address)) context.addIssue("must be an address: MovieConnect <hello@example.com>");
  return { name: name.trim(), address };
}

/** Where to listen. */
export type ListenAddress = { host: string; port: number };

/** For `transform`: an address and a port, or a port alone, which is then on the loopback interface. */
export function toListenAddress(text: string, context: z.RefinementCtx<string>): ListenAddress {
  const [, v6, name, port] = /^(?:\[([\da-f:.]+)\]:|([\w.-]+):)?(\d{1,5})$/i.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535 || (v6 !== undefined && !isIPv6(v6))) {
    context.addIssue("must be a port, or an address and a port: 9464, 0.0.0.0:9464, [::]:9464");
  }
  return { host: v6 ?? name ?? "127.0.0.1", port: Number(port) };
}

/** For `transform`: addresses and subnets, separated by commas. */
export function toBlockList(list: string, context: z.RefinementCtx<string>): BlockList {
  const subnets = new BlockList();
  for (const item of splitField(list, ",").filter((part) => part !== "")) {
    try {
      addSubnet(subnets, item);
    } catch {
      context.addIssue("must be addresses or subnets separated by commas: 10.0.0.0/8,fd00::/8");
    }
  }
  return subnets;
}

// The expression checks the prefix length: `Number` would read an empty one as 0, and every address would be in the subnet.
function addSubnet(subnets: BlockList, item: string): void {
  const [, address = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(item) ?? [];
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  const whole = family === "ipv6" ? 128 : 32;
  subnets.addSubnet(address, length === undefined ? whole : Number(length), family);
}

/**
 * For `transform`: a list of secrets. HS256 requires a key of at least 256 bits (RFC 7518 §3.2). A repeated character would be
 * long enough, but can be guessed.
 */
export function toSecrets(list: string, context: z.RefinementCtx<string>): string[] {
  const secrets = list.split(",").map((secret) => secret.trim());
  if (secrets.some((secret) => Buffer.byteLength(secret) < 32 || new Set(secret).size < 10)) {
    context.addIssue("must be at least 32 random bytes; `npm run --silent secret` makes one");
  }
  return secrets;
}
