import type { DjangoUser } from "#db/django-source.ts";
import type { Values } from "#db/django-users.ts";
import { birthDateProblems } from "#lib/account/birth-date.ts";
import { asciiEmail } from "#lib/names/email-address.ts";
import { usernameKey } from "#lib/names/username-key.ts";
import { formatOf } from "#lib/passwords/formats.ts";
import { signUpInput } from "#lib/schemas.ts";
import type { Finding } from "./findings.ts";
import type { KindName } from "./kinds.ts";
import { newNames } from "./new-name.ts";

/** Whether another account has a name, by its key, or an address in lower case. */
export type Taken = {
  name: (key: string, id: number) => boolean;
  /** The same for a name that is to replace another: one that a user of Django has is no choice. */
  newName: (key: string, id: number) => boolean;
  email: (lower: string, id: number) => boolean;
};
/** The value that comes, or why none does; `notes` tell how it differs from Django's. */
export type Verdict<Value> = { value: Value; notes: Finding[] } | { refused: Finding };

type Rules = { taken: Taken; isMended: (kind: KindName) => boolean; now: Date };

/** How the values of a user of Django come. Each is judged when it is asked for. */
export function judgeUser(user: DjangoUser, rules: Rules) {
  return {
    /** @param email the account's own address, which its name may be */
    username: (email: string | null) => judgeName(user, email, rules),
    email: () => judgeEmail(user, rules),
    birth_date: () => judgeBirthDate(user, rules),
    is_active: (): Verdict<boolean> => ({ value: user.is_active, notes: [] }),
    password: () => judgePassword(user, rules),
  } satisfies { [Field in keyof Values]: (email: string | null) => Verdict<Values[Field]> };
}

/** An address as the unique index compares it. */
export function lowerEmail(email: string): string {
  return email.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function judgeName(user: DjangoUser, email: string | null, rules: Rules): Verdict<string> {
  const { id, username } = user;
  const name = validName(username, email);
  if (name !== null && !rules.taken.name(usernameKey(name), id))
    return { value: name, notes: name === username ? [] : [noted(user, "name_form", name)] };
  const free = newNames(username, id).find((each) => !rules.taken.newName(usernameKey(each), id));
  const kind = name !== null ? "same_name" : invalidKind(username);
  if (free === undefined) return { refused: { kind: "same_name", id, name: username, value: username } };
  return mended({ kind, id, name: username, value: username, becomes: free }, free, rules);
}

// An address as a name could be another account's address one day. The login reads each name with @ as an address, so the own one
// opens the account either way.
export function validName(username: string, email: string | null): string | null {
  const valid = signUpInput.shape.username.safeParse(username).data;
  if (valid !== undefined) return valid;
  const trimmed = username.trim();
  const isOwn = email !== null && lowerEmail(asciiEmail(trimmed)) === lowerEmail(email) && [...trimmed].length <= 150;
  return isOwn ? trimmed : null;
}

function invalidKind(username: string): KindName {
  return username.includes("@") ? "name_with_at" : "bad_name";
}

function judgeEmail(user: DjangoUser, rules: Rules): Verdict<string | null> {
  const { id, username: name, email } = user;
  if (email === null || email.trim() === "") return mended({ kind: "without_email", id, name }, null, rules);
  const found = { id, name, value: email, becomes: null };
  const valid = signUpInput.shape.email.safeParse(email).data;
  if (valid === undefined) return mended({ kind: "bad_email", ...found }, null, rules);
  if (rules.taken.email(lowerEmail(valid), id)) return mended({ kind: "same_email", ...found }, null, rules);
  return { value: valid, notes: valid === email ? [] : [{ kind: "email_form", ...found, becomes: valid }] };
}

// However young: an account that was there stays. The minimum age is a rule for signups.
function judgeBirthDate({ id, username: name, birth_date: date }: DjangoUser, rules: Rules): Verdict<string | null> {
  if (date === null) return mended({ kind: "without_birth_date", id, name }, null, rules);
  const valid = signUpInput.shape.age.safeParse(date).data;
  if (valid !== undefined && birthDateProblems(valid, 0, rules.now).length === 0) return { value: valid, notes: [] };
  return mended({ kind: "bad_birth_date", id, name, value: date, becomes: null }, null, rules);
}

// An empty hash matches no password at Django, either.
function judgePassword({ id, username: name, password }: DjangoUser, rules: Rules): Verdict<string | null> {
  if (password === "" || password.startsWith("!")) return { value: null, notes: [] };
  if (formatOf(password) !== null) return { value: password, notes: [] };
  const [algorithm] = /^[a-z\d_]{1,40}(?=\$)/.exec(password) ?? ["without an algorithm"];
  return mended({ kind: "unknown_hash", id, name, value: algorithm, becomes: null }, null, rules);
}

function mended<Value>(finding: Finding, value: Value, rules: Rules): Verdict<Value> {
  return rules.isMended(finding.kind) ? { value, notes: [finding] } : { refused: finding };
}

function noted({ id, username }: DjangoUser, kind: KindName, becomes: string): Finding {
  return { kind, id, name: username, value: username, becomes };
}
