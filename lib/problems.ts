/** What can be wrong with a field, as a code with what its words have to say. lib/http/field-words.ts has the words. */
export type Problem =
  | { code: "required" | "null" | "blank" | "not_a_string" | "null_characters" | "invalid" }
  /** `most` and `least` count code points, or bytes */
  | { code: "too_many_characters" | "too_many_bytes"; most: number }
  | { code: "bad_username" | "bad_email" | "bad_date" }
  | { code: "username_taken" | "email_taken" }
  | { code: "date_in_future" | "date_too_long_ago" }
  | { code: "too_young"; years: number }
  | { code: "password_too_short"; least: number }
  | { code: "password_too_common" | "password_like_username" | "password_like_email" | "password_like_site" }
  /** Of a whole body. `type` is Python's name of what came in its place */
  | { code: "no_data" }
  | { code: "not_an_object"; type: string };

/** By the field's name; `non_field_errors` are about the body as a whole. Fields without a problem are absent. */
export type Problems = Record<string, Problem[]>;

/** All problems of all of these, without the fields that have none. */
export function mergeProblems(...all: Problems[]): Problems {
  const merged: Problems = {};
  for (const [field, problems] of all.flatMap((each) => Object.entries(each))) {
    if (problems.length > 0) merged[field] = [...(merged[field] ?? []), ...problems];
  }
  return merged;
}
