/** What can be wrong with a field: a code, with the details that its words need. lib/http/field-words.ts has the words. */
export type Problem =
  | { code: "required" | "null" | "blank" | "null_characters" | "invalid" }
  | { code: "not_a_string" | "not_a_number" | "not_an_integer" | "not_a_boolean" | "not_a_list" }
  | { code: "not_a_choice"; sent: string }
  /** `most` and `least` count code points, or bytes */
  | { code: "too_many_characters" | "too_many_bytes"; most: number }
  | { code: "too_few_characters"; least: number }
  | { code: "too_large"; most: number }
  | { code: "too_small"; least: number }
  | { code: "bad_username" | "bad_email" | "bad_date" }
  | { code: "username_taken" | "email_taken" }
  | { code: "date_in_future" | "date_too_long_ago" }
  | { code: "too_young"; years: number }
  | { code: "password_too_short"; least: number }
  | {
      code: "password_too_common" | "password_breached" | "password_like_username" | "password_like_email" | "password_like_site";
    }
  /** A password that was asked for as a proof; the old one at a change of the password */
  | { code: "wrong_password" | "wrong_old_password" | "wrong_code" | "wrong_passkey" }
  /** A passkey that is to be added */
  | { code: "passkey_taken" | "too_many_passkeys" }
  /** A provider that is linked already; that the account is not open to; that does not say when a person logged in there */
  | { code: "provider_linked" | "provider_not_theirs" | "provider_proves_nothing" }
  /** A signed link that is malformed, expired, used or overtaken: it is not said which */
  | { code: "bad_link" }
  /** About the whole body. `type` is Python's name for the JSON value that was sent in place of an object */
  | { code: "no_data" }
  | { code: "not_an_object"; type: string };

/** By the field's name; those under `non_field_errors` are about the whole body. */
export type Problems = Record<string, Problem[]>;

/** Puts several sets of problems together, and leaves out the fields that have none. */
export function mergeProblems(...all: Problems[]): Problems {
  const merged: Problems = {};
  for (const [field, problems] of all.flatMap((each) => Object.entries(each))) {
    if (problems.length > 0) merged[field] = [...(merged[field] ?? []), ...problems];
  }
  return merged;
}
