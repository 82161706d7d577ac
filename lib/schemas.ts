import { z } from "zod";
import { asciiEmail } from "#lib/names/email-address.ts";

// What the API takes. Routes use the schemas; forms use their types alone, since none of this is for a browser.
// `meta` says in JSON Schema what a transform or a refinement holds from it: it is read by the API's document alone. There a
// rule that holds once something was trimmed or normalised is put in words: as a keyword it would refuse what the API takes.

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
/** Of that, what a pattern can say that is read with the flag `u` by some, and without by others: which ASCII there is none of. */
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
      // Fillers and joiners are letters or marks by category, and show nothing: two names would look like one.
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
    // RFC 6531: of an "email" in JSON Schema the host is in ASCII.
    format: "idn-email",
    description: `Trimmed, and its host in ASCII (UTS 46), of at most ${EMAIL_LENGTH} characters. Unique whatever its case.`,
    examples: ["ann@example.com"],
  });

const newPassword = untouched
  .refine(
    (value) => new TextEncoder().encode(value).length <= PASSWORD_BYTES,
    `Ensure this field has no more than ${PASSWORD_BYTES} bytes.`,
  )
  .meta({
    // No password of so many bytes has more characters.
    maxLength: PASSWORD_BYTES,
    format: "password",
    description:
      "At most 1,024 bytes, taken exactly as sent. No common one, nor like the username, the e-mail address or the site.",
    examples: ["seven-samurai-1954"],
  });

const date = untouched.refine(isCalendarDate, BAD_DATE).meta({
  format: "date",
  pattern: DATE.source,
  description: "A date of birth, at most 130 years ago.",
  examples: ["1990-01-02"],
});

export const signUpInput = z.object({ username, email, password: newPassword, age: date });
/** Old credentials meet no strength rules: whatever was once accepted must still be comparable. */
export const logInInput = z
  .object({
    username: trimmed.meta({ description: "In any case, or the account's e-mail address.", examples: ["ann"] }),
    password: untouched.meta({ format: "password", examples: ["seven-samurai-1954"] }),
  })
  .meta({ id: "LogIn" });
export const refreshInput = z
  .object({ refresh: untouched.optional().meta({ description: "A refresh token. Without it the refresh cookie is taken." }) })
  .meta({ id: "Refresh" });

export const logOutInput = z
  .object({
    refresh: untouched.optional().meta({
      description: "A refresh token, of a client without cookies. It counts where neither an access token nor a cookie is good.",
    }),
  })
  .meta({ id: "LogOut" });

export type SignUpInput = z.input<typeof signUpInput>;
export type SignUpValues = z.output<typeof signUpInput>;
export type LogInInput = z.input<typeof logInInput>;
export type LogInValues = z.output<typeof logInInput>;
export type LogOutValues = z.output<typeof logOutInput>;

// `new Date` rolls 2023-02-29 over to March, and reads year 0000: a date is real if it comes back as it went in.
function isCalendarDate(value: string): boolean {
  if (!DATE.test(value)) return false;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
}
