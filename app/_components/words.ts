/**
 * A form's own words for the API's messages, by field, and under `detail` for messages that concern no field. They are beside the
 * form: a page loads those of its own forms alone. In both … stands for the number or the name that the API puts into its message.
 */
export type Words = Record<string, Record<string, string>>;

const AGAIN = "Something went wrong on this page. Reload it, then try again.";
const LOGGED_OUT = "You are no longer logged in. Log in, then try again.";
const UNREADABLE = "This holds a character that can't be used. Type it again.";

/** For every form that has no words of its own for a message. */
export const everywhere: Record<string, string> = {
  ...missing("Fill this in."),
  "Not a valid string.": UNREADABLE,
  "Null characters are not allowed.": UNREADABLE,
  "Ensure this field has no more than … characters.": "Shorten this to … characters.",
  "Ensure this field has no more than … bytes.": "Shorten this.",

  "Cross-site request refused.":
    "That was refused, because it seemed to come from another site. Reload this page, then try again.",
  "HTTPS is required.": "This address is not safe to send that from. Open the page by https, then try again.",
  "Request body too large.": "That is more than fits. Shorten it, then try again.",
  "Authentication credentials were not provided.": LOGGED_OUT,
  "Authorization header must contain two space-delimited values": LOGGED_OUT,
  "Given token not valid for any token type": LOGGED_OUT,
  "Token is invalid or expired": LOGGED_OUT,
  "Token has wrong type": LOGGED_OUT,
  "Not found.": AGAIN,
  "No data provided": AGAIN,
  "Method … not allowed.": AGAIN,
  "Unsupported media type … in request.": AGAIN,
  "JSON parse error - …": AGAIN,
  "Invalid data. Expected a dictionary, but got ….": AGAIN,
};

export const UNREADABLE_DATE = "Enter a whole date that exists: day, month and year.";

/** For a field that was left empty. */
export function missing(words: string): Record<string, string> {
  return { "This field is required.": words, "This field may not be null.": words, "This field may not be blank.": words };
}
