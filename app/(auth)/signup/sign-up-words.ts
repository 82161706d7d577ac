import { emailWords } from "#app/_components/email-words.ts";
import { newPasswordWords } from "#app/_components/new-password-words.ts";
import { missing, UNREADABLE_DATE, type Words } from "#app/_components/words.ts";

export const signUpWords: Words = {
  username: {
    ...missing("Choose a username."),
    "Ensure this field has no more than … characters.": "Choose a shorter username, of at most … characters.",
    "Enter a valid username. This value may contain only letters, numbers, and ./+/-/_ characters.":
      "Use only letters, digits and . + - _, without spaces.",
    "A user with that username already exists.": "That username is taken. Choose another one.",
  },
  email: {
    ...emailWords,
    "A user with that email already exists.": "There is an account with that address. Log in, or use another address.",
  },
  age: {
    ...missing("Enter your date of birth."),
    "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.": UNREADABLE_DATE,
    "This date is in the future.": "That day is still to come. Check the year.",
    "This date is too long ago.": "That is longer ago than people live. Check the year.",
    "You must be at least … years old.": "You can sign up once you are ….",
  },
  password: newPasswordWords,
};
