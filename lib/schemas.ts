import { z } from "zod";
import { asciiEmail } from "#lib/names/email-address.ts";

// The bodies that the API accepts. Routes use the schemas; forms use only the types, since the schemas run on the server
// alone. `meta` adds what JSON Schema can't derive from a transform or a refinement, for the API's document alone. A rule
// that applies after trimming or normalising is described in words there: as a keyword it would refuse valid input.

const REQUIRED = "This field is required.";
const NULL = "This field may not be null.";
const BLANK = "This field may not be blank.";
const NOT_A_STRING = "Not a valid string.";
const BAD_USERNAME = "Enter a valid username. This value may contain only letters, numbers, and ./+/-/_ characters.";
const BAD_EMAIL = "Enter a valid email address.";
const BAD_DATE = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";

// A local part of dot-separated atoms (RFC 5322 §3.2.3) at a host name of at least two labels (RFC 1123 §2.1).
const EMAIL =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/i;

const USERNAME = /^[\p{L}\p{M}\p{Nd}.+_-]+$/u;
/** The part of `USERNAME` that a pattern can express with or without the flag `u`: which ASCII characters are not allowed. */
const USERNAME_FOR_CLIENTS = "^\\s*[^\\s!-*,\\/:-@\\[-\\^`\\{-~]+\\s*$";
const USERNAME_LENGTH = 150;
const EMAIL_LENGTH = 254;
const PASSWORD_BYTES = 1_024;
const DATE = /^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** A string that Postgres can store and that survives UTF-8: no lone surrogate, no NUL. */
const text = z
  .string({ error: ({ input }) => (input === undefined ? REQUIRED : input === null ? NULL : NOT_A_STRING) })
  .refine((value) => value.isWellFormed(), { error: NOT_A_STRING, abort: true })
  .refine((value) => !value.includes("\0"), { error: "Null characters are not allowed.", abort: true });

const filled = z.string().min(1, { error: BLANK, abort: true });
const trimmed = text
  .transform((value) => value.trim())
  .pipe(filled)
  .meta({ minLength: 1 });
const untouched = text.pipe(filled).meta({ minLength: 1 });

const username = trimmed
  .transform((value) => value.normalize("NFKC"))
  .pipe(
    z
      .string()
      .refine(
        (value) => [...value].length <= USERNAME_LENGTH,
        `Ensure this field has no more than ${USERNAME_LENGTH} characters.`,
      )
      .regex(USERNAME, { error: BAD_USERNAME, abort: true })
      // Fillers and joiners are letters or marks by category, but invisible: two names would look the same.
      .regex(/^\P{Default_Ignorable_Code_Point}*$/u, BAD_USERNAME),
  )
  .meta({
    minLength: 1,
    pattern: USERNAME_FOR_CLIENTS,
    description: `1 to ${USERNAME_LENGTH} letters, digits and \`.+-_\`, once trimmed and NFKC-normalised. Unique whatever its case.`,
    examples: ["ann"],
  });

const email = trimmed
  .transform(asciiEmail)
  .pipe(
    z
      .string()
      .max(EMAIL_LENGTH, { error: BAD_EMAIL, abort: true })
      .regex(EMAIL, { error: BAD_EMAIL, abort: true })
      .refine((value) => value.indexOf("@") <= 64, BAD_EMAIL),
  )
  .meta({
    // RFC 6531. JSON Schema's format "email" allows only an ASCII host.
    format: "idn-email",
    description: `At most ${EMAIL_LENGTH} characters, once trimmed and its host put into ASCII (UTS 46). Unique whatever its case.`,
    examples: ["ann@example.com"],
  });

const newPassword = untouched
  .refine(
    (value) => new TextEncoder().encode(value).length <= PASSWORD_BYTES,
    `Ensure this field has no more than ${PASSWORD_BYTES} bytes.`,
  )
  .meta({
    // A password of at most so many bytes has at most as many characters.
    maxLength: PASSWORD_BYTES,
    format: "password",
    description:
      "At most 1,024 bytes, used exactly as sent. Not a common password, nor similar to the username, the e-mail address or the site's name.",
    examples: ["seven-samurai-1954"],
  });

const date = untouched.refine(isCalendarDate, BAD_DATE).meta({
  format: "date",
  pattern: DATE.source,
  description: "A date of birth, at most 130 years ago.",
  examples: ["1990-01-02"],
});

export const signUpInput = z.object({ username, email, password: newPassword, age: date });
/** Old credentials meet no strength rules: a password that was once accepted must still log in. */
export const logInInput = z
  .object({
    username: trimmed.meta({ description: "In any case, or the account's e-mail address.", examples: ["ann"] }),
    password: untouched.meta({ format: "password", examples: ["seven-samurai-1954"] }),
  })
  .meta({ id: "LogIn" });
export const refreshInput = z
  .object({ refresh: untouched.optional().meta({ description: "A refresh token. Without it the refresh cookie is used." }) })
  .meta({ id: "Refresh" });

export const logOutInput = z
  .object({
    refresh: untouched.optional().meta({
      description: "A refresh token, for clients without cookies. Used if no access token and no cookie is valid.",
    }),
  })
  .meta({ id: "LogOut" });

export type SignUpInput = z.input<typeof signUpInput>;
export type SignUpValues = z.output<typeof signUpInput>;
export type LogInInput = z.input<typeof logInInput>;
export type LogInValues = z.output<typeof logInInput>;
export type LogOutValues = z.output<typeof logOutInput>;

// `new Date` turns 2023-02-29 into a day of March, and accepts the year 0000: a date is real if it prints as it was written.
function isCalendarDate(value: string): boolean {
  if (!DATE.test(value)) return false;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
}
