import type { Django, Made, Person } from "./django-server.ts";
import type { Visitor } from "./visitor.ts";

// The people of a Django site, of every kind that matters to a move.

const FORMATS = ["default", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt", "unusable"] as const;
export const PASSWORD = "seven-samurai-1954";

export type Crowd = {
  /** They are logged in, and stay so. */
  visitors: Visitor[];
  /** Django gave them tokens, and disabled or deleted them since. */
  disabled: Visitor[];
  deleted: Visitor[];
};

/**
 * Creates people, and logs each in.
 * @param count of those who stay logged in
 */
export function addCrowd(django: Django, count: number): Crowd {
  const hashes = django.addPeople(FORMATS.map((hasher) => ({ username: `hash-of-${hasher}`, password: PASSWORD, hasher })));
  const person = (index: number, fields: Partial<Person> = {}): Person => ({
    username: `Person.${index}${index % 9 === 0 ? "-zoë" : ""}`,
    // A hash costs Django a tenth of a second: all people of one format share it.
    encoded: hashes[index % FORMATS.length]?.encoded ?? "",
    email: index % 11 === 0 ? "" : `person-${index}@example.com`,
    birth_date: index % 7 === 0 ? null : "1990-01-02",
    is_staff: index % 10 === 0,
    tokens: 1,
    ...fields,
  });
  const stays = Array.from({ length: count }, (_, index) => person(index));
  const disabled = Array.from({ length: 5 }, (_, index) => person(1_000 + index, { is_active: false }));
  const deleted = Array.from({ length: 5 }, (_, index) => person(2_000 + index));
  const made = django.addPeople([...stays, ...disabled, ...deleted]);
  const all = made.map(toVisitor);
  django.python(`
from django.contrib.auth import get_user_model
get_user_model().objects.filter(username__in=${JSON.stringify(deleted.map(({ username }) => username))}).delete()`);
  const [gone, left] = [all.slice(-deleted.length), all.slice(0, -deleted.length)];
  return { visitors: left.slice(0, count), disabled: left.slice(count), deleted: gone };
}

function toVisitor({ username, tokens: [pair = { access: "", refresh: "" }] }: Made, index: number): Visitor {
  const hasAccessAlone = index % 10 === 3;
  const tokens = {
    bodies: pair,
    cookies: { access_token: pair.access, ...(hasAccessAlone ? {} : { refresh_token: pair.refresh }) },
  };
  const keeps = index % 3 !== 0 || hasAccessAlone ? "cookies" : "bodies";
  const isUnusable = FORMATS[index % FORMATS.length] === "unusable";
  // Django removes the spaces around a password, so people who type some get in.
  return { username, password: isUnusable ? null : `${index % 5 === 0 ? "  " : ""}${PASSWORD} `, keeps, tokens: tokens[keeps] };
}
