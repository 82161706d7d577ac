import type { Problem, Problems } from "#lib/problems.ts";

type Words = { [Code in Problem["code"]]: (problem: Extract<Problem, { code: Code }>) => string };

/** The words of Django and Django REST Framework, which clients of the API compare. The compiler refuses a code without words. */
const WORDS: Words = {
  required: () => "This field is required.",
  null: () => "This field may not be null.",
  blank: () => "This field may not be blank.",
  not_a_string: () => "Not a valid string.",
  not_a_number: () => "A valid number is required.",
  not_an_integer: () => "A valid integer is required.",
  not_a_boolean: () => "Must be a valid boolean.",
  not_a_list: () => "Expected a list of items.",
  not_a_choice: ({ sent }) => `"${sent}" is not a valid choice.`,
  null_characters: () => "Null characters are not allowed.",
  invalid: () => "Not a valid value.",
  too_many_characters: ({ most }) => `Ensure this field has no more than ${most} characters.`,
  too_many_bytes: ({ most }) => `Ensure this field has no more than ${most} bytes.`,
  too_few_characters: ({ least }) => `Ensure this field has at least ${least} characters.`,
  too_large: ({ most }) => `Ensure this value is less than or equal to ${most}.`,
  too_small: ({ least }) => `Ensure this value is greater than or equal to ${least}.`,
  bad_username: () => "Enter a valid username. This value may contain only letters, numbers, and ./+/-/_ characters.",
  bad_email: () => "Enter a valid email address.",
  bad_date: () => "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
  username_taken: () => "A user with that username already exists.",
  email_taken: () => "A user with that email already exists.",
  date_in_future: () => "This date is in the future.",
  date_too_long_ago: () => "This date is too long ago.",
  too_young: ({ years }) => `You must be at least ${years} years old.`,
  password_too_short: ({ least }) =>
    `This password is too short. It must contain at least ${least} ${least === 1 ? "character" : "characters"}.`,
  password_too_common: () => "This password is too common.",
  password_breached: () => "This password has appeared in a data breach.",
  password_like_username: () => "The password is too similar to the username.",
  password_like_email: () => "The password is too similar to the email address.",
  password_like_site: () => "The password is too similar to the site's name.",
  wrong_password: () => "Invalid password.",
  wrong_old_password: () => "Your old password was entered incorrectly. Please enter it again.",
  wrong_code: () => "Invalid code.",
  wrong_passkey: () => "Invalid passkey.",
  passkey_taken: () => "This passkey was added before.",
  too_many_passkeys: () => "This account has as many passkeys as it may have.",
  provider_linked: () => "This account is linked with it already.",
  provider_not_theirs: () => "This is not how you log in.",
  provider_proves_nothing: () => "It can't confirm that it is you. Log out, and log in with it again.",
  bad_link: () => "Invalid value",
  no_data: () => "No data provided",
  not_an_object: ({ type }) => `Invalid data. Expected a dictionary, but got ${type}.`,
};

/** The messages of an answer, by field. */
export function sayProblems(problems: Problems): Record<string, string[]> {
  return Object.fromEntries(Object.entries(problems).map(([field, list]) => [field, list.map(sayProblem)]));
}

function sayProblem<Code extends Problem["code"]>(problem: Extract<Problem, { code: Code }>): string {
  return WORDS[problem.code as Code](problem);
}
