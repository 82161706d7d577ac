import type { Words } from "#app/_components/words.ts";
import { logInWords } from "./log-in-words.ts";

export const passkeyLogInWords: Words = {
  detail: {
    ...logInWords.detail,
    "No active account found with the given credentials":
      "This account has been switched off. If you think that is a mistake, ask the people who run MovieConnect.",
    "Passkey is not valid.":
      "That passkey was not accepted. Perhaps it was removed from the account, or you took long. Try again, or log in another way.",
  },
};
