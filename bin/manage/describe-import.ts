import type { Finding, KindCount } from "#lib/django/findings.ts";
import type { Ends } from "#lib/django/import-blacklist.ts";
import type { Tally } from "#lib/django/import-page.ts";
import { KIND_NAMES, KINDS, type KindName, optionOf } from "#lib/django/kinds.ts";
import { columns } from "./columns.ts";

export type ImportOutcome = {
  dry_run: boolean;
  table: string;
  birth_date_column: string | null;
  tally: Tally;
  /** Null: it was not read, or there is none */
  blacklist: Ends | null;
  kinds: Record<KindName, KindCount>;
};

/** The report of an import, as a table for a person. */
export function describeImport({
  dry_run: isDry,
  table,
  birth_date_column: birthDate,
  tally,
  kinds,
  blacklist,
}: ImportOutcome): string[] {
  const dates = birthDate === null ? "no column has birth dates (--birth-date-column names one)" : `birth dates in ${birthDate}`;
  const found = KIND_NAMES.filter((kind) => kinds[kind].count > 0);
  const { read, created, changed, unchanged, refused } = tally;
  const [come, are] = isDry ? ["would come", "would be"] : ["came", "were"];
  return [
    `Users in ${table}: ${number(read)}; ${dates}.`,
    `New: ${number(created)} ${come}. Changed: ${number(changed)} ${are} brought up to date. As before: ${number(unchanged)}. ` +
      `Left out: ${number(refused)}.`,
    ...(blacklist === null
      ? []
      : [`Blacklist: ${number(blacklist.tokens)} tokens; sessions ended by them: ${number(blacklist.sessions)}.`]),
    ...(found.length === 0
      ? []
      : ["", ...columns(["rows", "kind", "policy", "examples"], found.map(rowOf(kinds))), "", "What to do:"]),
    ...found.map((kind) => `  ${kind}: ${remedyOf(kind, kinds[kind])}`),
  ];
}

function rowOf(kinds: Record<KindName, KindCount>) {
  return (kind: KindName) => {
    const { count, policy, examples } = kinds[kind];
    return [number(count), kind, policy, examples.slice(0, 3).map(exampleOf).join(", ")];
  };
}

function exampleOf({ id, name, value, becomes }: Finding): string {
  const shown = value == null || value === name ? [name] : [name, value];
  return [
    `${id}`,
    ...shown.map((text) => JSON.stringify(text)),
    ...(becomes == null ? [] : [`→ ${JSON.stringify(becomes)}`]),
  ].join(" ");
}

function remedyOf(kind: KindName, { policy }: KindCount): string {
  const { says, remedy, ...rest } = KINDS[kind];
  if (!("mend" in rest) || policy === rest.mend) return `${says}: ${remedy}`;
  const left = policy === "refuse" ? "correct them there, or with" : "with";
  return `${says}: ${left} --${optionOf(kind)} ${rest.mend} ${remedy}`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
