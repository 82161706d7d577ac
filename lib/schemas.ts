import { z } from "zod";
import { asciiEmail } from "#lib/names/email-address.ts";
import type { Config } from "./config.ts";
import type { Problem } from "./problems.ts";

// What the API takes. Routes use the schemas; forms use their types alone, since none of this is for a browser.
// `meta` says in JSON Schema what a transform or a refinement holds from it: it is read by the API's document alone. There a
// rule that holds once something was trimmed or normalised is put in words: as a keyword it would refuse what the API takes.

// A local part of dot-separated atoms (RFC 5322 §3.2.3) at a host name of at least two labels (RFC 1123 §2.1).
const EMAIL =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/i;

declare module "zod" {
  interface GlobalMeta {
    /** Keywords whose values are this instance's settings */
    settings?: (settings: Config) => Record<string, unknown>;
  }
}

const USERNAME = /^[\p{L}\p{M}\p{Nd}.+_-]+$/u;
/** Fillers and joiners are letters or marks by category, and show nothing: two names would look like one. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
/** Of that, what a pattern can say that is read with the flag `u` by some, and without by others: which ASCII there is none of. */
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

const email = trimmed
  .transform(asciiEmail)
  .pipe(
    z
      .string()
      .refine((value) => value.length <= EMAIL_LENGTH, otherwise({ code: "bad_email" }))
      .refine((value) => EMAIL.test(value) && value.indexOf("@") <= 64, otherwise({ code: "bad_email" })),
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
    otherwise({ code: "too_many_bytes", most: PASSWORD_BYTES }),
  )
  .meta({
    // No password of so many bytes has more characters.
    maxLength: PASSWORD_BYTES,
    format: "password",
    settings: ({ PASSWORD_MIN_LENGTH }) => ({ minLength: PASSWORD_MIN_LENGTH }),
    description:
      "At most 1,024 bytes, taken exactly as sent. No common one, nor like the username, the e-mail address or the site.",
    examples: ["seven-samurai-1954"],
  });

const date = untouched.refine(isCalendarDate, otherwise({ code: "bad_date" })).meta({
  format: "date",
  pattern: DATE.source,
  settings: ({ MINIMUM_AGE }) => ({ description: `A date of birth, from ${MINIMUM_AGE} to 130 years ago.` }),
  examples: ["1990-01-02"],
});

export const signUpInput = z.object({ username, email, password: newPassword, age: date }).meta({ id: "SignUp" });
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

/** Where a rule refuses: the problem, and no further rule is asked. */
function otherwise(params: Problem) {
  return { params, abort: true };
}

// `new Date` rolls 2023-02-29 over to March, and reads year 0000: a date is real if it comes back as it went in.
function isCalendarDate(value: string): boolean {
  if (!DATE.test(value)) return false;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
}
