/**
 * A form's own words for the API's messages, by field, and under `detail` for messages that concern no field. In both … stands
 * for the number or the name that the API puts into its message.
 */
export type Words = Record<string, Record<string, string>>;

const AGAIN = "Something went wrong on this page. Reload it, then try again.";
const LOGGED_OUT = "You are no longer logged in. Log in, then try again.";
const DEAD_LINK = "This link can't be used any more. Ask for a new mail.";
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

const NO_ADDRESS = missing("Enter your email address.");
export const NO_WHOLE_ADDRESS = { "Enter a valid email address.": "That is not a whole email address, such as ann@example.com." };

export const newPassword = {
  ...missing("Choose a password."),
  "Ensure this field has no more than … bytes.": "Choose a shorter password.",
  "This password is too short. It must contain at least … character.": "Use at least … character.",
  "This password is too short. It must contain at least … characters.": "Use at least … characters.",
  "This password is too common.": "Too many people use that password. Choose one that is yours alone.",
  "The password is too similar to the username.": "Make it less like your username.",
  "The password is too similar to the email address.": "Make it less like your email address.",
  "The password is too similar to the site's name.": "Make it less like “MovieConnect”.",
};

export const newUsername = {
  ...missing("Choose a username."),
  "Ensure this field has no more than … characters.": "Choose a shorter username, of at most … characters.",
  "Enter a valid username. This value may contain only letters, numbers, and ./+/-/_ characters.":
    "Use only letters, digits and . + - _, without spaces.",
  "A user with that username already exists.": "That username is taken. Choose another one.",
};

export const birthDate = {
  ...missing("Enter your date of birth."),
  "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.": UNREADABLE_DATE,
  "This date is in the future.": "That day is still to come. Check the year.",
  "This date is too long ago.": "That is longer ago than people live. Check the year.",
};

export const signUpWords: Words = {
  username: newUsername,
  email: {
    ...NO_ADDRESS,
    ...NO_WHOLE_ADDRESS,
    "A user with that email already exists.": "There is an account with that address. Log in, or use another address.",
  },
  age: { ...birthDate, "You must be at least … years old.": "You can sign up once you are …." },
  password: newPassword,
};

export const logInWords: Words = {
  username: missing("Enter your username or email address."),
  password: missing("Enter your password."),
  detail: {
    "No active account found with the given credentials":
      "That name and password don't match an account. Check both, and try again.",
    "E-mail address is not verified.":
      "Your email address is not confirmed yet. We have sent you a mail: open its link, then log in here.",
  },
};

export const recoverWords: Words = { email: { ...NO_ADDRESS, ...NO_WHOLE_ADDRESS } };

export const linkWords: Words = { token: { ...missing(DEAD_LINK), "Invalid value": DEAD_LINK } };

export const resetPasswordWords: Words = { ...linkWords, new_password: newPassword };

/** For a field that was left empty. */
export function missing(words: string): Record<string, string> {
  return { "This field is required.": words, "This field may not be null.": words, "This field may not be blank.": words };
}
