import { missing } from "./words.ts";

/** For a new password, whichever form asks for it. */
export const newPasswordWords = {
  ...missing("Choose a password."),
  "Ensure this field has no more than … bytes.": "Choose a shorter password.",
  "This password is too short. It must contain at least … character.": "Use at least … character.",
  "This password is too short. It must contain at least … characters.": "Use at least … characters.",
  "This password is too common.": "Too many people use that password. Choose one that is yours alone.",
  "This password has appeared in a data breach.": "That password is on a list of leaked passwords. Choose another one.",
  "The password is too similar to the username.": "Make it less like your username.",
  "The password is too similar to the email address.": "Make it less like your email address.",
  "The password is too similar to the site's name.": "Make it less like “MovieConnect”.",
};
