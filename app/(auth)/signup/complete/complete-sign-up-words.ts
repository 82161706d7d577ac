import type { Words } from "#app/_components/words.ts";
import { signUpWords } from "#app/(auth)/signup/sign-up-words.ts";

/** What the API says when the time to complete a signup is over. */
const OVER =
  "More than 15 minutes have passed, or another tab has completed this signup. Log in once more: it goes on from here.";

export const completeSignUpWords: Words = {
  username: signUpWords.username ?? {},
  email: signUpWords.email ?? {},
  age: signUpWords.age ?? {},
  detail: { "Sign in with a provider first.": OVER },
};
