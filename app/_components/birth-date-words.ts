import { missing, UNREADABLE_DATE } from "./words.ts";

/** For the date of birth of an account that there is, whichever form asks for it. */
export const birthDateWords = {
  ...missing("Enter your date of birth."),
  "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.": UNREADABLE_DATE,
  "This date is in the future.": "That day is still to come. Check the year.",
  "This date is too long ago.": "That is longer ago than people live. Check the year.",
  "You must be at least … years old.": "MovieConnect is for people of … and older. Check the year.",
};
