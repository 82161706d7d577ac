// The kinds of rows that do not come as they are: what each is called in the report, and what can be done about it.

type Kind = {
  says: string;
  /** The option's other value beside "refuse", and what it does */
  mend?: string;
  remedy: string;
  /** Where nothing was said: whether such a row is left out, comes changed, or is only counted */
  otherwise: "refuse" | "note";
};

export const KINDS = {
  without_birth_date: {
    says: "no birth date",
    mend: "keep",
    remedy: "they come without one, and are asked for it at the next login",
    otherwise: "refuse",
  },
  bad_birth_date: {
    says: "a birth date in the future, or over 130 years ago",
    mend: "drop",
    remedy: "they come without it, and are asked for one at the next login",
    otherwise: "refuse",
  },
  same_name: {
    says: "a name that another account has, but for its case or its Unicode form",
    mend: "rename",
    remedy: "the account that logged in last keeps the name, the others get their id appended",
    otherwise: "refuse",
  },
  name_with_at: {
    says: "a name with @ that is not the account's own address",
    mend: "rename",
    remedy: "they come with - in its place and their id appended",
    otherwise: "refuse",
  },
  bad_name: {
    says: "a name that is blank, longer than 150 characters, or has characters that are not allowed",
    mend: "rename",
    remedy: "they come with - in place of these characters and their id appended",
    otherwise: "refuse",
  },
  name_form: {
    says: "a name that is not in Unicode's form NFKC, or has spaces around it",
    remedy: "nothing: they come in that form, and can log in with either",
    otherwise: "note",
  },
  same_email: {
    says: "an address that another account has, or had within 72 hours",
    mend: "drop",
    remedy: "the account that logged in last keeps the address, the others come without one",
    otherwise: "refuse",
  },
  without_email: {
    says: "no address",
    mend: "keep",
    remedy: "they come without one: no mail reaches them, so a forgotten password is lost",
    otherwise: "refuse",
  },
  bad_email: {
    says: "an address that is none, is longer than 254 characters, or has letters beyond ASCII before the @",
    mend: "drop",
    remedy: "they come without an address: no mail reaches them",
    otherwise: "refuse",
  },
  email_form: {
    says: "an address with a host in Unicode, or with spaces around it",
    remedy: "nothing: they come with the host in ASCII, and can log in with either form",
    otherwise: "note",
  },
  unknown_hash: {
    says: "a hash of a kind that is not known here",
    mend: "drop",
    remedy: "they come without a password, and set one by the mail for a forgotten password",
    otherwise: "refuse",
  },
  id_taken: {
    says: "an id that an account made here has",
    remedy: "move that account out of the way here (user delete), and import again",
    otherwise: "refuse",
  },
  changed_on_both_sides: {
    says: "a value that was changed here and there since it was brought",
    remedy: "nothing: the value here stays; set the one there to the same to settle it",
    otherwise: "note",
  },
  deleted_here: {
    says: "an account that was deleted here",
    remedy: "nothing: they do not come again; delete them there, too",
    otherwise: "note",
  },
  gone: {
    says: "an account that was deleted there",
    mend: "disable",
    remedy: "they are disabled here, and log in no more",
    otherwise: "note",
  },
} satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as KindName[];

/** Those with an option, such as `--same-name rename`. */
export const MENDS = new Map(
  Object.entries<Kind>(KINDS).flatMap(([name, { mend }]) => (mend === undefined ? [] : [[name as KindName, mend] as const])),
);

/** The kinds whose rows come mended. */
export type Mended = ReadonlySet<KindName>;

/** The option of a kind. */
export function optionOf(kind: KindName): string {
  return kind.replaceAll("_", "-");
}
