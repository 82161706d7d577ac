import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { makeCertificate } from "./certificate.ts";
import { freshName } from "./client.ts";

/** A password of a test: its prefix and the rest of its hash, as ranges have them. */
export type Hashed = { password: string; prefix: string; rest: string };
type Respond = (response: ServerResponse) => unknown;
/** `url` is for BREACHED_PASSWORDS, and `certificate` the file of its own authority. */
export type RangeService = {
  url: string;
  certificate: string;
  /** Says how one password's range is answered. By default it holds padding alone. */
  respond: (hashed: Hashed, how: Respond) => void;
  /** What was asked about a password. */
  asked: (hashed: Hashed) => { method: string; url: string; headers: IncomingHttpHeaders }[];
  stop: () => Promise<void>;
};

const used = new Set<string>();

/** A password that no test has used, and whose range no other password of this file is in. */
export function freshPassword(): Hashed {
  const password = `correct horse ${freshName()}`;
  const hash = createHash("sha1").update(password).digest("hex").toUpperCase();
  const prefix = hash.slice(0, 5);
  if (used.has(prefix)) return freshPassword();
  used.add(prefix);
  return { password, prefix, rest: hash.slice(5) };
}

/** A range's name in a text: by itself, and not as a part of a number or an identifier. */
export function naming({ prefix }: Hashed): RegExp {
  return new RegExp(`(?<![\\w-])${prefix}(?![\\w-])`, "i");
}

/** Lines as the real service sends them with `Add-Padding`. */
export function padding(lines = 800): string[] {
  return Array.from({ length: lines }, () => `${randomBytes(18).toString("hex").slice(1).toUpperCase()}:0`);
}

/** The lines of a range in which a password is listed. */
export function listing({ rest }: Hashed): string[] {
  return [...padding(), `${rest}:52579`, ...padding(3)];
}

/** Answers as the real service does. */
export function range(lines: string[]): Respond {
  return (response) => response.writeHead(200, { "content-type": "text/plain" }).end(lines.join("\r\n"));
}

/** A stand-in, over TLS, for https://api.pwnedpasswords.com/range/. */
export async function startRangeService(): Promise<RangeService> {
  const certificate = await makeCertificate("ranges");
  const responses = new Map<string, Respond>();
  const requests: { method: string; url: string; headers: IncomingHttpHeaders }[] = [];
  const answer: RequestListener = ({ method = "", url = "", headers }, response) => {
    requests.push({ method, url, headers });
    const respond = responses.get(url.slice(-5)) ?? range(padding());
    respond(response);
  };
  const server = createServer({ key: certificate.key, cert: certificate.cert }, answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/range/`,
    certificate: certificate.file,
    respond: ({ prefix }, respond) => void responses.set(prefix, respond),
    asked: ({ prefix }) => requests.filter(({ url }) => url.endsWith(prefix)),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await certificate.remove();
    },
  };
}
