type Line = Record<string, unknown>;

/** Colours of a terminal (ECMA-48, SGR). */
const [RED, GREEN, YELLOW, GRAY] = [31, 32, 33, 90];
/** pino's levels. */
const [INFO, WARN, ERROR] = [30, 40, 50];
/** Fields that the line shows in another way, or that a person at a terminal does not need. */
const LEFT_OUT = ["level", "time", "pid", "msg", "event", "err"];
const LEFT_OUT_OF_REQUESTS = [...LEFT_OUT, "method", "path", "status", "ms", "route", "address", "aborted"];

/**
 * A line of the log for a person at a terminal: a request is `12:03:04 GET /login 200 31 ms`, an event its name and its
 * fields, an error has its stack below. No value can begin a line or steer the terminal.
 * @param json the line as it is written elsewhere
 */
export function terminalLine(json: string, isColoured: boolean): string {
  const line: Line = JSON.parse(json);
  const isRequest = line.event === "request";
  const [told = "", ...below] = isRequest ? [requestOf(line, isColoured)] : messageOf(line).split("\n");
  const parts = [paint(GRAY, clockOf(line.time), isColoured), levelOf(line.level, isColoured), told];
  for (const [name, value] of Object.entries(line)) {
    if (isTold(name, line, isRequest)) parts.push(paint(GRAY, `${name}=${wordOf(value)}`, isColoured));
  }
  const lines = [parts.filter(Boolean).join(" "), ...[...below, ...stackOf(line.err)].map((text) => `    ${text}`)];
  return `${lines.join("\n")}\n`;
}

// An error page shows the request's id, so a person may search for it.
function isTold(name: string, { level }: Line, isRequest: boolean): boolean {
  if (name === "request_id") return Number(level) >= WARN;
  return !(isRequest ? LEFT_OUT_OF_REQUESTS : LEFT_OUT).includes(name);
}

function requestOf({ method, path, status, ms, aborted }: Line, isColoured: boolean): string {
  const code = Number(status);
  const colour = [GREEN, YELLOW, RED].at(Math.max(0, Math.floor(code / 100) - 3)) ?? RED;
  const end = aborted ? ["(the client left)"] : [];
  return [wordOf(method), wordOf(path), paint(colour, `${code}`, isColoured), `${Math.round(Number(ms))} ms`, ...end].join(" ");
}

function messageOf({ event, msg }: Line): string {
  return [event, msg]
    .filter((text) => text !== undefined)
    .map((text) => harmless(String(text)))
    .join(" ");
}

function levelOf(level: unknown, isColoured: boolean): string {
  const number = Number(level);
  if (number === INFO) return "";
  if (number < INFO) return paint(GRAY, "debug", isColoured);
  return number < ERROR ? paint(YELLOW, "warn", isColoured) : paint(RED, "error", isColoured);
}

function clockOf(time: unknown): string {
  return new Date(Number(time)).toLocaleTimeString("en-GB");
}

// As it is where it is one word, else as JSON: what is between the quotes can't pass for another field.
function wordOf(value: unknown): string {
  if (typeof value === "string" && /^[\w!$%&'()*+,./:;<>?@^~-]+$/.test(value)) return value;
  return harmless(JSON.stringify(value) ?? "");
}

function stackOf(error: unknown): string[] {
  if (typeof error !== "object" || error === null) return [];
  const { name, message, stack, code, cause } = error as Line;
  const own = harmless(String(stack ?? `${name ?? "Error"}: ${message}`)).split("\n");
  const coded = code === undefined ? [] : [`code: ${wordOf(code)}`];
  return [...own, ...coded, ...stackOf(cause).map((text, index) => (index === 0 ? `caused by ${text}` : text))];
}

// Whatever is not shown as itself: controls, which steer terminals, and what changes the order of letters. Not line breaks.
function harmless(text: string): string {
  return text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) => {
    return `\\u${character.codePointAt(0)?.toString(16).padStart(4, "0")}`;
  });
}

function paint(colour: number, text: string, isColoured: boolean): string {
  return isColoured ? `\x1b[${colour}m${text}\x1b[39m` : text;
}
