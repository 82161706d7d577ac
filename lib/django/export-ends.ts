import type { UsersTable } from "#db/django-tables.ts";
import { blacklist, type RefusedToken } from "#db/django-target.ts";
import { databaseTime, type EndedSession, listEndedSessions } from "#db/ended-sessions.ts";
import type { Database } from "#db/pool.ts";
import { tokenId } from "#lib/auth/token-id.ts";

/** How many sessions had ended, how many tokens Django may have of them, and how many of these it did not refuse yet. */
export type Exported = { sessions: number; tokens: number; added: number };

const PAGE = 500;
const MOST_TOKENS = 5_000;
/** A session's end has the time at which its transaction began. So far back is looked again. */
const OVERLAP_MS = 60_000;

/**
 * Has Django refuse the tokens of sessions that ended here.
 * @returns a function that does so for the sessions that ended since its last call: at first for all whose tokens are still good
 */
export function endsExporter(db: Database, site: Database, table: UsersTable, isDry: boolean): () => Promise<Exported> {
  let since: number | null = null;
  const done = new Map<string, number>();
  return async () => {
    const exported = { sessions: 0, tokens: 0, added: 0 };
    const time = await databaseTime(db);
    for await (const page of endedSince(db, since)) {
      const fresh = page.filter(({ id }) => !done.has(id));
      const tokens = fresh.flatMap(tokensOf);
      exported.sessions += fresh.length;
      exported.tokens += tokens.length;
      if (!isDry) exported.added += await blacklistAll(site, table, tokens);
      for (const { id } of fresh) done.set(id, time);
    }
    forgetBefore(done, time - 2 * OVERLAP_MS);
    since = time - OVERLAP_MS;
    return exported;
  };
}

function forgetBefore(done: Map<string, number>, time: number): void {
  for (const [id, doneAt] of done) if (doneAt < time) done.delete(id);
}

async function* endedSince(db: Database, since: number | null): AsyncGenerator<EndedSession[]> {
  for (let after: string | undefined = ""; after !== undefined; ) {
    const page: EndedSession[] = await listEndedSessions(db, since, after, PAGE);
    yield page;
    after = page.length < PAGE ? undefined : page.at(-1)?.id;
  }
}

// Django may hold a token of any generation: it does not know which of them were exchanged.
function tokensOf({ id, user_id, generation, exp, tokens }: EndedSession): RefusedToken[] {
  const generations = Array.from({ length: generation + 1 }, (_, index) => index);
  const ours = generations.map((each) => ({ jti: tokenId({ sessionId: id, generation: each }, "refresh"), exp }));
  return [...ours, ...tokens].map((token) => ({ ...token, user_id }));
}

async function blacklistAll(site: Database, table: UsersTable, tokens: RefusedToken[]): Promise<number> {
  let added = 0;
  for (let start = 0; start < tokens.length; start += MOST_TOKENS)
    added += await blacklist(site, table, tokens.slice(start, start + MOST_TOKENS));
  return added;
}
