import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** What may follow a command, and what it is for. */
const OPTIONS = {
  username: { type: "string" },
  email: { type: "string" },
  "birth-date": { type: "string" },
  "password-stdin": { type: "boolean" },
  "generate-password": { type: "boolean" },
  session: { type: "string" },
  all: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} satisfies ParseArgsOptionsConfig;

const PASSWORD = ["password-stdin", "generate-password"] as const;

type Option = keyof typeof OPTIONS;
type Form = { names: 0 | 1; required: readonly Option[]; optional: readonly Option[]; summary: string };

/** Every command, as it is written. */
const FORMS = {
  demo: { names: 0, required: [], optional: [], summary: "an account to look around with: makes it, or gives it a new password" },
  "user create": {
    names: 0,
    required: ["username", "email", "birth-date"],
    optional: PASSWORD,
    summary: "makes an account, by the rules of the signup",
  },
  "user show": { names: 1, required: [], optional: [], summary: "shows an account" },
  "user set-password": { names: 1, required: [], optional: PASSWORD, summary: "sets a password, and ends all sessions" },
  "user disable": { names: 1, required: [], optional: [], summary: "lets nobody log in, and ends all sessions" },
  "user enable": { names: 1, required: [], optional: [], summary: "takes that back" },
  "sessions list": { names: 1, required: [], optional: [], summary: "lists the living sessions" },
  "sessions end": { names: 1, required: [], optional: ["session", "all"], summary: "ends one session, or all" },
} satisfies Record<string, Form>;

export type CommandName = keyof typeof FORMS;
export type Values = ReturnType<typeof parse>["values"];
export type Arguments = { command: CommandName; name: string; values: Values };

/** What was typed is no command. */
export type UsageError = Error & { isUsage: true };

export function usageError(message: string): UsageError {
  return Object.assign(new Error(message), { isUsage: true as const });
}

/** @returns null when help was asked for @throws {UsageError} one line */
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

export function help(): string {
  const lines = Object.entries<Form>(FORMS).map(([command, form]) => {
    const written = [command, form.names ? "NAME" : "", ...form.required.map(placeholder)].filter(Boolean).join(" ");
    const optional = form.optional.length > 0 ? ` [${form.optional.map(placeholder).join(" | ")}]` : "";
    return `  ${written}${optional}\n      ${form.summary}`;
  });
  return `npm run --silent manage -- COMMAND [--json]

${lines.join("\n")}

NAME is a username or an e-mail address. A password is asked for on the terminal, or read from --password-stdin, or made and
shown by --generate-password. The database is DATABASE_URL's, or the one that npm start runs.
Status: 0 done, 1 refused or failed, 2 not a command. --json: one JSON value on stdout.`;
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function isCommand(text: string): text is CommandName {
  return Object.hasOwn(FORMS, text);
}

function placeholder(option: Option): string {
  return OPTIONS[option].type === "string" ? `--${option} ${option.toUpperCase()}` : `--${option}`;
}
