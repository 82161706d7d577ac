import "server-only";

import type { Database } from "#db/pool.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { AppError } from "#lib/errors.ts";
import type { Guesser } from "#lib/passwords/count-guess.ts";
import { readFields } from "#lib/read-fields.ts";
import { readBody } from "./body.ts";
import type { Declaration } from "./declaration.ts";

// A request's parameters and its body, by what its endpoint declares.

/** The path's parameters, as Next reads them: decoded, and several for a catch-all. */
export type PathContext = { params: Promise<Record<string, string | string[] | undefined>> };

/** The path's parameters. @throws {AppError} `not_found` if they are not those that the endpoint declared */
export async function readParams(path: PathContext, { params: schema }: Declaration): Promise<unknown> {
  if (!schema) return undefined;
  const params = schema.safeParse(await path.params);
  if (!params.success) throw new AppError("not_found");
  return params.data;
}

/** The query's parameters. Of one that is there twice, the last one counts, as in Django. @throws {AppError} `invalid_input` */
export async function readQuery(request: Request, { query: schema }: Declaration): Promise<unknown> {
  return schema && readFields(schema, Object.fromEntries(new URL(request.url).searchParams));
}

/**
 * A function that reads the body, once: it can't be read again. At most endpoints that is after the session was checked.
 * @param sender for rules that compare a password, or read another cookie
 */
export function bodyReader(
  db: Database,
  request: Request,
  { body, rules }: Declaration,
  sender: Guesser & { cookie: string | null },
): (viewer: Viewer | null) => Promise<unknown> {
  let reading: Promise<unknown> | undefined;
  return (viewer) => {
    const rulesOf = (fields: unknown) => rules?.(db, fields as never, viewer as never, sender as never) ?? {};
    reading ??= body ? readBody(request, body, rulesOf) : Promise.resolve(undefined);
    return reading;
  };
}
