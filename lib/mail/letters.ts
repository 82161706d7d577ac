import type { Letter } from "./letter.ts";

// A letter is one file in letters/. Its facts are checked when it is composed, so their type does not matter here.
type AnyLetter = Letter<Record<string, unknown>>;

const files = import.meta.glob<Record<string, AnyLetter>>("./letters/*.ts");

/** The letter of this kind; null if there is none, as after a downgrade. */
export async function findLetter(kind: string): Promise<AnyLetter | null> {
  const load = files[`./letters/${kind.replaceAll("_", "-")}.ts`];
  if (!load) return null;
  return Object.values(await load()).find((exported) => exported.kind === kind) ?? null;
}
