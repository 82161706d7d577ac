import { missing, type Words } from "./words.ts";

/** For a provider that can't say when somebody logged in there. */
export const SAYS_NOTHING =
  "It can't tell us whether it is you. Log in with it again: that is a proof, too, and leads back to this page.";

/** For the question who is at the screen. */
export const proofWords: Words = {
  password: { ...missing("Enter your password."), "Invalid password.": "That is not your password. Try again." },
  code: {
    ...missing("Enter a code."),
    "Invalid code.":
      "That code is not right, or was used before. Enter the one that the app shows now, or another recovery code.",
  },
  passkey: { "Invalid passkey.": "That passkey doesn't open this account. Try another one." },
  provider: {
    "It can't confirm that it is you. Log out, and log in with it again.": SAYS_NOTHING,
    "This is not how you log in.": "You don't log in with it any more. Reload this page, then try again.",
  },
};
