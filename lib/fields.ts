import { z } from "zod";
import { asciiEmail } from "#lib/names/email-address.ts";
import type { Config } from "./config.ts";
import type { Problem } from "./problems.ts";

// The fields that bodies are made of, by the contract's rules. `meta` adds what JSON Schema can't derive from a transform or a
// refinement, for the API's document alone. A rule that applies after trimming or normalising is described in words there: as
// a keyword it would refuse valid input.

// A local part of dot-separated atoms (RFC 5322 §3.2.3) at a host name of at least two labels (RFC 1123 §2.1).
const EMAIL =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/i;

declare module "zod" {
  interface GlobalMeta {
    /** Keywords that depend on this instance's settings. `described`: the schema as JSON Schema without them */
    settings?: (
      settings: Config,
      described: { properties?: Record<string, unknown>; required?: string[] },
    ) => Record<string, unknown>;
  }
}

const USERNAME = /^[\p{L}\p{M}\p{Nd}.+_-]+$/u;
/** Fillers and joiners are letters or marks by category, but invisible: two names would look the same. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
/** The part of `USERNAME` that a pattern can express with or without the flag `u`: which ASCII characters are not allowed. */
const USERNAME_FOR_CLIENTS = "^\\s*[^\\s!-*,\\/:-@\\[-\\^`\\{-~]+\\s*$";
const USERNAME_LENGTH = 150;
const EMAIL_LENGTH = 254;
const PASSWORD_BYTES = 1_024;
const DATE = /^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** A string that Postgres can store and that survives UTF-8: no lone surrogate, no NUL. */
const text = z
  .string()
  .refine((value) => value.isWellFormed(), otherwise({ code: "not_a_string" }))
  .refine((value) => !value.includes("\0"), otherwise({ code: "null_characters" }));

const filled = z.string().min(1, { abort: true });
/** Text that the user types: without the white space around it. */
export const trimmed = text
  .transform((value) => value.trim())
  .pipe(filled)
  .meta({ minLength: 1 });
/** Text that is taken exactly as it was sent. */
export const untouched = text.pipe(filled).meta({ minLength: 1 });

export const username = trimmed
  .transform((value) => value.normalize("NFKC"))
  .pipe(
    z
      .string()
      .refine((value) => [...value].length <= USERNAME_LENGTH, {
        params: { code: "too_many_characters", most: USERNAME_LENGTH } satisfies Problem,
      })
      .refine((value) => USERNAME.test(value) && !INVISIBLE.test(value), otherwise({ code: "bad_username" })),
  )
  .meta({
    minLength: 1,
    pattern: USERNAME_FOR_CLIENTS,
    description: `1 to ${USERNAME_LENGTH} letters, digits and \`.+-_\`, once trimmed and NFKC-normalised. Unique whatever its case.`,
    examples: ["ann"],
  });

export const email = trimmed
  .transform(asciiEmail)
  .pipe(
    z
      .string()
      .refine((value) => value.length <= EMAIL_LENGTH, otherwise({ code: "bad_email" }))
      .refine((value) => EMAIL.test(value) && value.indexOf("@") <= 64, otherwise({ code: "bad_email" })),
  )
  .meta({
    // RFC 6531. JSON Schema's format "email" allows only an ASCII host.
    format: "idn-email",
    description: `At most ${EMAIL_LENGTH} characters, once trimmed and its host put into ASCII (UTS 46). Unique whatever its case.`,
    examples: ["ann@example.com"],
  });

const PASSKEY_NAME_LENGTH = 64;
/** No line of its own, and no text in the other direction: the name stands in the middle of a sentence of a mail. */
const NOT_IN_A_NAME = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
export const passkeyName = trimmed
  .transform((value) => value.replaceAll(/\s+/g, " "))
  .pipe(z.string().refine((value) => !NOT_IN_A_NAME.test(value), otherwise({ code: "not_a_string" })))
  .pipe(
    z.string().refine((value) => [...value].length <= PASSKEY_NAME_LENGTH, {
      params: { code: "too_many_characters", most: PASSKEY_NAME_LENGTH } satisfies Problem,
    }),
  )
  .meta({ minLength: 1, description: `At most ${PASSKEY_NAME_LENGTH} characters, once trimmed.`, examples: ["My phone"] });

export const newPassword = untouched
  .refine(
    (value) => new TextEncoder().encode(value).length <= PASSWORD_BYTES,
    otherwise({ code: "too_many_bytes", most: PASSWORD_BYTES }),
  )
  .meta({
    // A password of at most so many bytes has at most as many characters.
    maxLength: PASSWORD_BYTES,
    format: "password",
    settings: ({ PASSWORD_MIN_LENGTH }) => ({ minLength: PASSWORD_MIN_LENGTH }),
    description:
      "At most 1,024 bytes, used exactly as sent. Not a common password, nor similar to the username, the address or the site's name. " +
      "One that is known from a data breach may be refused too.",
    examples: ["seven-samurai-1954"],
  });

export const date = untouched.refine(isCalendarDate, otherwise({ code: "bad_date" })).meta({
  format: "date",
  pattern: DATE.source,
  settings: ({ MINIMUM_AGE }) => ({ description: `A date of birth, from ${MINIMUM_AGE} to 130 years ago.` }),
  examples: ["1990-01-02"],
});

/** How a refused rule names its problem. No further rule of the field is asked. */
export function otherwise(params: Problem) {
  return { params, abort: true };
}

// `new Date` turns 2023-02-29 into a day of March, and accepts the year 0000: a date is real if it prints as it was written.
function isCalendarDate(value: string): boolean {
  if (!DATE.test(value)) return false;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
}
