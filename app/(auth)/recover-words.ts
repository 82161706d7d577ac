import { emailWords } from "#app/_components/email-words.ts";
import type { Words } from "#app/_components/words.ts";

export const recoverWords: Words = { email: emailWords };
