import { emailWords } from "#app/_components/email-words.ts";
import { newPasswordWords } from "#app/_components/new-password-words.ts";
import { missing, type Words } from "#app/_components/words.ts";
import { signUpWords } from "#app/(auth)/signup/sign-up-words.ts";

export const profileWords: Words = {
  username: signUpWords.username ?? {},
  age: { ...signUpWords.age, "You must be at least … years old.": "MovieConnect is for people of … and older. Check the year." },
};

export const changeEmailWords: Words = { email: { ...emailWords, ...missing("Enter the new email address.") } };

export const changePasswordWords: Words = {
  current_password: {
    ...missing("Enter your current password."),
    "Your old password was entered incorrectly. Please enter it again.": "That is not your current password. Try again.",
  },
  new_password: newPasswordWords,
};

export const codeWords: Words = {
  code: {
    ...missing("Enter the code that the app shows."),
    "Invalid code.": "That is not the code. Enter the one that the app shows now. If that fails too, leave it and begin again.",
  },
};

export const passkeyWords: Words = {
  name: missing("Enter a name."),
  response: {
    "Invalid passkey.": "That took too long, or the device's answer doesn't fit. Try again.",
    "This passkey was added before.": "This device has a passkey of yours already.",
    "This account has as many passkeys as it may have.": "You have as many passkeys as an account can have. Remove one first.",
  },
  detail: {
    "Passkeys need a site with a name, not an IP address.": "Open MovieConnect by its name, not by a number: passkeys need one.",
    "This is the last way to log in.": "It is the only way into your account. Set a password first.",
    "Not found.": "It was removed meanwhile. Reload this page.",
  },
};
