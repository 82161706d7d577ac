import { missing, type Words } from "#app/_components/words.ts";

export const logInWords: Words = {
  username: missing("Enter your username or email address."),
  password: missing("Enter your password."),
  detail: {
    "No active account found with the given credentials":
      "That name and password don't match an account. Check both, and try again.",
    "E-mail address is not verified.":
      "Your email address is not confirmed yet. Open the link in our email, then log in here. If none came, look in your spam folder. If you mistyped the address, sign up again with the right one, under another username. If your account has none, ask the people who run MovieConnect.",
  },
};
