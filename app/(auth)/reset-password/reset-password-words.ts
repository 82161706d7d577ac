import { newPasswordWords } from "#app/_components/new-password-words.ts";
import type { Words } from "#app/_components/words.ts";
import { linkWords } from "#app/(auth)/link-words.ts";

export const resetPasswordWords: Words = { ...linkWords, new_password: newPasswordWords };
