import type { DirectDatabase } from "#db/direct-database.ts";
import { type ImportedUser, listImported } from "#db/django-users.ts";
import { type ChangedImport, updateImported } from "#db/write-django-users.ts";
import { usernameKey } from "#lib/names/username-key.ts";
import { digest } from "./brought.ts";
import type { Findings } from "./findings.ts";

/** Counts the accounts whose users Django has no more, and disables them where that was asked for. Back there, they are enabled. */
export async function disableGone(
  db: DirectDatabase,
  { ids, findings, isDry }: { ids: number[]; findings: Findings; isDry: boolean },
): Promise<void> {
  const accounts = await listImported(db, ids);
  for (const { id, username } of accounts) findings.add({ kind: "gone", id, name: username });
  if (isDry || !findings.isMended("gone")) return;
  const active = accounts.filter(({ is_active: isActive }) => isActive).flatMap(disabled);
  if (active.length > 0) await updateImported(db, active);
}

function disabled({ id, brought, is_staff, last_login, ...values }: ImportedUser): ChangedImport[] {
  if (brought === null) return [];
  const row = { ...values, is_active: false, id, is_staff, last_login, username_key: usernameKey(values.username), seen: values };
  return [{ ...row, brought: { ...brought, is_active: ["gone", digest(false)] } }];
}
