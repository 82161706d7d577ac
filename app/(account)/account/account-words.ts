import { birthDate, missing, NO_WHOLE_ADDRESS, newPassword, newUsername, type Words } from "#app/_components/words.ts";

// As app/_components/words.ts, whose words every form loads.

export const profileWords: Words = {
  username: newUsername,
  age: { ...birthDate, "You must be at least … years old.": "MovieConnect is for people of … and older. Check the year." },
};

export const emailWords: Words = { email: { ...missing("Enter the new email address."), ...NO_WHOLE_ADDRESS } };

export const passwordWords: Words = {
  current_password: {
    ...missing("Enter your current password."),
    "Your old password was entered incorrectly. Please enter it again.": "That is not your current password. Try again.",
  },
  new_password: newPassword,
};
