import { signUpInput } from "#lib/schemas.ts";

const NOT_IN_A_NAME = /(?:[^\p{L}\p{M}\p{Nd}.+_-]|\p{Default_Ignorable_Code_Point})+/gu;
/** Leaves room for two numbers within a name's 150 characters. */
const LONGEST = 100;

/** The names that an account can get in place of one that can't come, the best first. They follow from the old name and the id. */
export function newNames(name: string, id: number): string[] {
  const kept = [...name.normalize("NFKC").replaceAll(NOT_IN_A_NAME, "-")].slice(0, LONGEST).join("");
  const base = kept.replaceAll(/^-+|-+$/g, "") || "user";
  const names = [`${base}-${id}`, `${base}-${id}-${id}`];
  // Cut in two, a letter and its marks may have another form.
  return signUpInput.shape.username.safeParse(names[0]).success ? names : [`user-${id}`, `user-${id}-${id}`];
}
