import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { type KindName, MENDS, optionOf } from "#lib/django/kinds.ts";
import { signUpInput } from "#lib/schemas.ts";

/** The options for an account's details, and the signup's field of each. The field `age` holds a birth date. */
const DETAILS = new Map(
  signUpInput
    .keyof()
    .options.filter((field) => field !== "password")
    .map((field) => [field === "age" ? "birth-date" : field, field]),
);

/** The options of all commands, except an account's details. */
const OPTIONS = {
  "password-stdin": { type: "boolean" },
  "generate-password": { type: "boolean" },
  session: { type: "string" },
  mail: { type: "string" },
  all: { type: "boolean" },
  search: { type: "string" },
  limit: { type: "string" },
  after: { type: "string" },
  yes: { type: "boolean" },
  from: { type: "string" },
  to: { type: "string" },
  "users-table": { type: "string" },
  "birth-date-column": { type: "string" },
  "dry-run": { type: "boolean" },
  report: { type: "string" },
  follow: { type: "boolean" },
  reseal: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} satisfies ParseArgsOptionsConfig;

/** The options that say what comes of rows of Django that can't come as they are, and the value of each beside "refuse". */
const POLICIES = new Map<string, string>([...MENDS].map(([kind, mend]) => [optionOf(kind), mend]));

const PASSWORD = ["password-stdin", "generate-password"] as const;

/** One of `OPTIONS`, or one of an account's details. */
type Option = keyof typeof OPTIONS | (string & {});
type Form = { names: 0 | 1; required: readonly Option[]; optional: readonly Option[]; summary: string };

/** The form of every command. */
const FORMS = {
  demo: { names: 0, required: [], optional: [], summary: "creates an account to look around with, or gives it a new password" },
  "user create": {
    names: 0,
    required: [...DETAILS.keys()],
    optional: PASSWORD,
    summary: "creates an account, by the rules of the signup",
  },
  "user list": {
    names: 0,
    required: [],
    optional: ["search", "limit", "after"],
    summary:
      "lists accounts by id, 50 or LIMIT of them after the one with the id AFTER; SEARCH is a part of a name or an address",
  },
  "user show": { names: 1, required: [], optional: [], summary: "shows an account" },
  "user set-password": { names: 1, required: [], optional: PASSWORD, summary: "sets a password, and ends all sessions" },
  "user set-email": {
    names: 1,
    required: ["email"],
    optional: [],
    summary: "gives an account a verified address; ends all sessions, if it is another one",
  },
  "user disable": { names: 1, required: [], optional: [], summary: "blocks logins, and ends all sessions" },
  "user enable": { names: 1, required: [], optional: [], summary: "allows logins again" },
  "user delete": {
    names: 1,
    required: [],
    optional: ["yes"],
    summary: "deletes an account with everything stored about it, and ends its sessions; asks first, unless given --yes",
  },
  "sessions list": { names: 1, required: [], optional: [], summary: "lists the living sessions" },
  "sessions end": { names: 1, required: [], optional: ["session", "all"], summary: "ends one session, or all" },
  "second-factor remove": {
    names: 1,
    required: [],
    optional: ["yes"],
    summary: "switches the codes of an authenticator app off, and ends all sessions; asks first, unless given --yes",
  },
  secrets: {
    names: 0,
    required: [],
    optional: ["reseal"],
    summary:
      "shows which secret of AUTH_SECRET is still needed; with --reseal first seals with the first what the others have sealed",
  },
  "import django": {
    names: 0,
    required: ["from"],
    optional: ["users-table", "birth-date-column", "dry-run", "report", "follow", ...POLICIES.keys()],
    summary:
      "brings the users of a Django site, and what changed there since the last time; FROM is the URL of its database, where nothing is " +
      "written; --dry-run only tells what would come, and REPORT is a file that gets every row that can't; --follow repeats it until stopped",
  },
  "export django": {
    names: 0,
    required: ["to"],
    optional: ["users-table", "dry-run", "report", "follow"],
    summary:
      "writes the tokens of sessions that ended here into simplejwt's blacklist in the database TO, and tells what the site there " +
      "does not have",
  },
  "mail list": {
    names: 0,
    required: [],
    optional: ["all", "limit"],
    summary: "lists the mails that wait or failed, 50 or LIMIT of them, the latest first; with --all those of the last day, too",
  },
  "mail retry": {
    names: 0,
    required: [],
    optional: ["mail", "all"],
    summary: "has one failed mail tried again, or all",
  },
} satisfies Record<string, Form>;

export type CommandName = keyof typeof FORMS;
type Parsed = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];
export type Values = Parsed & { [detail: string]: string | boolean | undefined };
export type Arguments = { command: CommandName; name: string; values: Values };

/** The command line can't be understood. */
export type UsageError = Error & { isUsage: true };

export function usageError(message: string): UsageError {
  return Object.assign(new Error(message), { isUsage: true as const });
}

/** Parses a command line. @returns null when help was asked for @throws {UsageError} one line */
export function readArguments(args: string[]): Arguments | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const [group = "", verb = "", ...names] = positionals;
  const command = `${group} ${verb}`.trim();
  if (command === "") throw usageError("a command is missing");
  if (!isCommand(command)) throw usageError(`there is no command "${command}"`);
  const form: Form = FORMS[command];
  if (names.length < form.names) throw usageError(`${command} needs a username or an e-mail address`);
  if (names.length > form.names) throw usageError(`${command} does not take "${names[form.names]}"`);
  const missing = form.required.find((option) => values[option] === undefined);
  if (missing !== undefined) throw usageError(`${command} needs --${missing}`);
  const allowed: readonly string[] = [...form.required, ...form.optional, "json"];
  const extra = Object.keys(values).find((option) => !allowed.includes(option));
  if (extra !== undefined) throw usageError(`${command} does not take --${extra}`);
  return { command, name: names[0] ?? "", values };
}

/** An option's whole number. @throws {UsageError} if it is none, or out of range */
export function wholeNumber(option: string, text: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most.toLocaleString("en")}`;
  throw usageError(`--${option} takes a whole number ${range}`);
}

/** An account's details, by the signup's fields. */
export function detailsOf(values: Values): Record<string, unknown> {
  return Object.fromEntries([...DETAILS].map(([option, field]) => [field, values[option]]));
}

/** The kinds of Django's rows that are to come mended. @throws {UsageError} if an option's value is unknown */
export function mendedKinds(values: Values): Set<KindName> {
  const given = [...MENDS].filter(([kind]) => values[optionOf(kind)] !== undefined);
  const wrong = given.find(([kind, mend]) => values[optionOf(kind)] !== mend && values[optionOf(kind)] !== "refuse");
  if (wrong) throw usageError(`--${optionOf(wrong[0])} takes ${wrong[1]}, or refuse`);
  return new Set(given.filter(([kind, mend]) => values[optionOf(kind)] === mend).map(([kind]) => kind));
}

export function help(): string {
  const lines = Object.entries<Form>(FORMS).map(([command, form]) => {
    const written = [command, form.names ? "NAME" : "", ...form.required.map(placeholder)].filter(Boolean).join(" ");
    const optional = form.optional.map((option) => ` [${placeholder(option)}]`).join("");
    return `  ${written}${optional}\n      ${form.summary}`;
  });
  return `npm run --silent manage -- COMMAND [--json]

${lines.join("\n")}

NAME is a username or an e-mail address. The password is asked for at the terminal, read from stdin with --password-stdin, or
made and shown with --generate-password. The database is that of DATABASE_URL, or the one that npm start runs.
Status: 0 done, 1 refused or failed, 2 not a command. --json prints one JSON value to stdout.`;
}

function parse(args: string[]) {
  try {
    const details = Object.fromEntries(
      [...DETAILS.keys(), ...POLICIES.keys()].map((option) => [option, { type: "string" as const }]),
    );
    const { values, positionals } = parseArgs({
      args,
      options: { ...OPTIONS, ...details },
      allowPositionals: true,
      strict: true,
    });
    return { values: values as Values, positionals };
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function isCommand(text: string): text is CommandName {
  return Object.hasOwn(FORMS, text);
}

function placeholder(option: Option): string {
  const policy = POLICIES.get(option);
  if (policy !== undefined) return `--${option} ${policy}`;
  const { type } = OPTIONS[option as keyof typeof OPTIONS] ?? { type: "string" };
  return type === "string" ? `--${option} ${option.toUpperCase()}` : `--${option}`;
}
