import { createReadStream } from "node:fs";
import { get as getByHttp, type IncomingMessage } from "node:http";
import { get as getByHttps } from "node:https";
import { resolveOnce } from "./resolve-once.ts";

// A range of Pwned Passwords (https://haveibeenpwned.com/API/v3#PwnedPasswords): the SHA-1 hashes of breached passwords that
// begin with the same five hex digits, one on a line, without those digits and with a count.

const LONGEST_MS = 1_000;
const MOST_BYTES = 1_048_576;
const LINE = /^([\dA-F]{35}):(\d+)$/i;

/**
 * Reads a range within a second.
 * @param source a service's URL, or the `file:` URL of a directory whose files are named as haveibeenpwned-downloader names them
 * @param prefix five hex digits in upper case
 * @returns the rest of each hash, in upper case
 * @throws {Error} whose `code` says why the range could not be read
 */
export async function readRange(source: URL, prefix: string): Promise<ReadonlySet<string>> {
  const signal = AbortSignal.timeout(LONGEST_MS);
  const read = source.protocol === "file:" ? readFile : readAnswer;
  return Promise.race([read(source, prefix, signal), timeIsUp(signal)]);
}

/** The hashes that are listed in a range. @throws {Error} if it is no range. @internal for its test */
export function parseRange(text: string): Set<string> {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  // There are hashes under every prefix: an empty file was not written to its end.
  if (lines.length === 0) throw failure("EMPTY_RANGE");
  const listed = new Set<string>();
  for (const line of lines) {
    const [, rest, count] = LINE.exec(line) ?? [];
    if (rest === undefined) throw failure("NOT_A_RANGE");
    // Padding has a count of 0. Its hashes are made up.
    if (Number(count) > 0) listed.add(rest.toUpperCase());
  }
  return listed;
}

async function readFile(directory: URL, prefix: string, signal: AbortSignal): Promise<Set<string>> {
  return parseRange(await readText(createReadStream(new URL(`${prefix}.txt`, directory), { signal })));
}

// The padding hides from a listener, by the answer's length, which range was asked for.
async function readAnswer(service: URL, prefix: string, signal: AbortSignal): Promise<Set<string>> {
  const headers = { "add-padding": "true", "user-agent": "MovieConnect" };
  const answer = await get(new URL(prefix, service), { headers, signal });
  if (answer.statusCode === 200) return parseRange(await readText(answer));
  answer.destroy();
  throw failure(`HTTP_${answer.statusCode}`);
}

// Not fetch: Next writes the address of each fetch into the request's trace, and this address has a part of the hash. A redirect
// is not followed. Without an agent each request has a connection of its own, which the service can't be closing already.
function get(url: URL, options: { headers: Record<string, string>; signal: AbortSignal }): Promise<IncomingMessage> {
  const send = url.protocol === "https:" ? getByHttps : getByHttp;
  return new Promise((resolve, reject) => {
    const connection = { agent: false, autoSelectFamily: true, lookup: resolveOnce };
    send(url, { ...options, ...connection }, resolve).on("error", reject);
  });
}

async function readText(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > MOST_BYTES) throw failure("TOO_LONG");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("latin1");
}

function timeIsUp(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(failure("TIMEOUT")), { once: true });
  });
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
