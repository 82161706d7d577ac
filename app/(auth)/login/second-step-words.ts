import { missing, type Words } from "#app/_components/words.ts";

export const secondStepWords: Words = {
  code: { ...missing("Enter the code."), "Invalid code.": "That code is wrong, or was used before. Try another one." },
  detail: {
    "Passkey is not valid.": "That passkey doesn't open this account. Use another one, or a code.",
    "No active account found with the given credentials":
      "This account has been switched off. If you think that is a mistake, ask the people who run MovieConnect.",
  },
};
