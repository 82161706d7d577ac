import { missing, type Words } from "#app/_components/words.ts";

const DEAD = "This link can't be used any more. Ask for a new email.";

export const linkWords: Words = { token: { ...missing(DEAD), "Invalid value": DEAD } };
