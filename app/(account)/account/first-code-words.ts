import { missing, type Words } from "#app/_components/words.ts";

/** For the first code of an authenticator app. */
export const firstCodeWords: Words = {
  code: {
    ...missing("Enter the code that the app shows."),
    "Invalid code.": "That is not the code. Enter the one that the app shows now. If that fails too, leave it and begin again.",
  },
};
