import { KIND_NAMES, KINDS, type KindName, type Mended } from "./kinds.ts";

/** A row that does not come as it is. `value`: what is the matter with it, never a hash; `becomes`: what comes in its place. */
export type Finding = {
  kind: KindName;
  id: number;
  name: string;
  field?: string;
  value?: string | null;
  becomes?: string | null;
};

/** What is done about the rows of a kind. */
type Policy = "refuse" | "note" | (string & {});
export type KindCount = { count: number; policy: Policy; examples: Finding[] };
export type Findings = {
  counts: Record<KindName, KindCount>;
  /** Counts a finding, and passes it on to the list of all. */
  add: (finding: Finding) => void;
  isMended: (kind: KindName) => boolean;
};

const MOST_EXAMPLES = 5;

/** Counts what is found, and keeps the first examples of each kind. @param list gets every finding */
export function countFindings(mended: Mended, list: (finding: Finding) => void): Findings {
  const none = (kind: KindName): KindCount => ({ count: 0, policy: policyOf(kind, mended), examples: [] });
  const counts = Object.fromEntries(KIND_NAMES.map((kind) => [kind, none(kind)])) as Record<KindName, KindCount>;
  const add = (finding: Finding) => {
    const counted = counts[finding.kind];
    counted.count += 1;
    if (counted.examples.length < MOST_EXAMPLES) counted.examples.push(finding);
    list(finding);
  };
  return { counts, add, isMended: (kind) => mended.has(kind) };
}

function policyOf(kind: KindName, mended: Mended): Policy {
  const { otherwise, ...rest } = KINDS[kind];
  return mended.has(kind) && "mend" in rest ? rest.mend : otherwise;
}
