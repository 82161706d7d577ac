import type { Work } from "#lib/passwords/formats/format.ts";
import { workOf } from "./formats.ts";

/**
 * What a refusal has still to do, so that each refusal does the same work whatever it compared with: for each kind of hashing, that
 * of the costliest format, `times` times. Work takes as long as work on a busy machine too, where a wait until a time that was
 * measured earlier would tell which refusals only waited.
 * @param done the formats that were compared with
 */
export function restOfWork(formats: string[], times: number, done: string[]): Work[] {
  const rest = new Map<string, Work>();
  for (const work of works(formats)) {
    const amount = Math.max(work.amount * times, rest.get(work.kind)?.amount ?? 0);
    rest.set(work.kind, { ...work, amount });
  }
  for (const { kind, amount } of works(done)) {
    const work = rest.get(kind);
    if (work) work.amount -= amount;
  }
  return [...rest.values()].filter(({ amount }) => amount > 0);
}

function works(formats: string[]): Work[] {
  return formats.map(workOf).filter((work) => work !== null);
}
