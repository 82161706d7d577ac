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
