import type { DjangoUser } from "#db/django-source.ts";
import type { Brought, ImportedUser, Values } from "#db/django-users.ts";
import type { ChangedImport, NewImport } from "#db/write-django-users.ts";
import { usernameKey } from "#lib/names/username-key.ts";
import { digest, FIELDS } from "./brought.ts";
import type { Finding } from "./findings.ts";
import type { judgeUser, Verdict } from "./judge-user.ts";

/** What an import does with one user of Django. `findings` belong to it either way. */
export type Plan = { findings: Finding[] } & (
  | { does: "nothing" | "refuse" }
  | { does: "insert"; row: NewImport }
  | { does: "update"; row: ChangedImport }
  | { does: "note"; row: { id: number; is_staff: boolean; last_login: string | null } }
);

type Judges = ReturnType<typeof judgeUser>;

/** A user whom no account here has the id of: all values come, or the user does not. */
export function planInsert(user: DjangoUser, judges: Judges): Plan {
  const email = judges.email();
  const username = judges.username(valueIn(email));
  const [birthDate, isActive, password] = [judges.birth_date(), judges.is_active(), judges.password()];
  const findings = [username, email, birthDate, isActive, password].flatMap(findingsOf);
  if (isRefused(username) || isRefused(email) || isRefused(birthDate) || isRefused(isActive) || isRefused(password))
    return { does: "refuse", findings };
  const values = {
    username: username.value,
    email: email.value,
    birth_date: birthDate.value,
    is_active: isActive.value,
    password: password.value,
  };
  const { id, is_staff, last_login, date_joined, is_email_verified } = user;
  const brought = Object.fromEntries(FIELDS.map((field) => [field, [digest(user[field]), digest(values[field])]])) as Brought;
  const row = { ...values, id, is_staff, last_login, date_joined, is_email_verified, brought };
  return { does: "insert", findings, row: { ...row, username_key: usernameKey(values.username) } };
}

/**
 * A user who came before: what was changed there since then comes, unless it was changed here, too. Each value is compared by itself.
 */
export function planUpdate(user: DjangoUser, ours: ImportedUser & { brought: Brought }, judges: Judges): Plan {
  const { id, is_staff, last_login } = user;
  const seen = pick(ours);
  const values: Values = { ...seen };
  const brought = { ...ours.brought };
  const findings: Finding[] = [];
  // The address first: a name may be the account's own.
  for (const field of ["email", "username", "birth_date", "is_active", "password"] as const) {
    const said = digest(user[field]);
    if (said === ours.brought[field][0]) continue;
    const verdict = judges[field](values.email);
    findings.push(...findingsOf(verdict));
    if (isRefused(verdict)) continue;
    if (isChangedHere(ours, field, verdict.value)) {
      findings.push(conflict(user, ours, field));
      continue;
    }
    Object.assign(values, { [field]: verdict.value });
    brought[field] = [said, digest(verdict.value)];
  }
  const isChanged = FIELDS.some((field) => brought[field] !== ours.brought[field]);
  const row = { id, is_staff, last_login };
  if (isChanged) {
    return { does: "update", findings, row: { ...values, ...row, username_key: usernameKey(values.username), brought, seen } };
  }
  const isSame = is_staff === ours.is_staff && last_login === ours.last_login;
  return isSame ? { does: "nothing", findings } : { does: "note", findings, row };
}

function isChangedHere(ours: ImportedUser & { brought: Brought }, field: keyof Values, coming: Values[keyof Values]): boolean {
  return digest(ours[field]) !== ours.brought[field][1] && ours[field] !== coming;
}

function conflict(user: DjangoUser, ours: ImportedUser, field: keyof Values): Finding {
  const shown = field === "password" ? {} : { value: String(user[field]), becomes: String(ours[field]) };
  return { kind: "changed_on_both_sides", id: user.id, name: user.username, field, ...shown };
}

function isRefused(verdict: Verdict<unknown>): verdict is { refused: Finding } {
  return "refused" in verdict;
}

function valueIn<Value>(verdict: Verdict<Value>): Value | null {
  return isRefused(verdict) ? null : verdict.value;
}

function findingsOf(verdict: Verdict<unknown>): Finding[] {
  return isRefused(verdict) ? [verdict.refused] : verdict.notes;
}

function pick({ username, email, birth_date, is_active, password }: Values): Values {
  return { username, email, birth_date, is_active, password };
}
