import { missing } from "./words.ts";

/** For an email address, whichever form asks for it. */
export const emailWords = {
  ...missing("Enter your email address."),
  "Enter a valid email address.": "That is not a whole email address, such as ann@example.com.",
};
