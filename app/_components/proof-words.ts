import { missing, type Words } from "./words.ts";

/** For the question who is at the screen. */
export const proofWords: Words = {
  password: { ...missing("Enter your password."), "Invalid password.": "That is not your password. Try again." },
};
