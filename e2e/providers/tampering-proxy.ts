import { once } from "node:events";
import {
  createServer as createHttpServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { type Certificate, makeCertificate } from "#e2e/certificate.ts";

/** A request of a browser or of the application, as it reached the proxy. */
type Asked = { method: string; path: string; query: URLSearchParams; headers: IncomingHttpHeaders; body: string };
/** What the provider answered. */
export type Passing = { status: number; headers: IncomingHttpHeaders; body: string };
/** Answers in the provider's place. `original` asks the provider. */
export type Respond = (response: ServerResponse, original: () => Promise<Passing>, asked: Asked) => unknown;

export type TamperingProxy = {
  /** Where it listens: the provider's own address, as far as others can tell. */
  origin: string;
  /** The file with the certificate, where it speaks https. */
  certificate?: string;
  /** Says how requests for a path are answered, until `restore`. */
  respond: (path: string, respond: Respond) => void;
  restore: () => void;
  /** Every request so far, and what the provider answered to it. */
  exchanges: { asked: Asked; answer: Passing }[];
  /** The port refuses connections until `open`. */
  close: () => Promise<void>;
  open: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * Starts a provider behind a proxy that can change what it answers. The provider is told the proxy's origin, so that its
 * answers are those of a provider at that address.
 * @param host a name of this machine. Browsers keep cookies by host, so it should not be the application's
 */
export async function startBehindProxy(
  provider: (origin: string) => RequestListener,
  { host = "localhost", isTls = false } = {},
): Promise<TamperingProxy> {
  const certificate = isTls ? await makeCertificate("provider") : undefined;
  const responses = new Map<string, Respond>();
  const exchanges: TamperingProxy["exchanges"] = [];
  const inner = createHttpServer();
  const listener: RequestListener = async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://provider");
    const { method = "", headers } = request;
    const asked = { method, path: pathname, query: searchParams, headers, body: await text(request) };
    const original = async () => {
      const answer = await ask(portOf(inner), request.url ?? "", asked, certificate);
      exchanges.push({ asked, answer });
      return answer;
    };
    const respond = responses.get(pathname) ?? passOn;
    // A provider that is being stopped answers nothing more.
    await Promise.resolve(respond(response, original, asked)).catch(() => response.destroy());
  };
  const outer = certificate ? createHttpsServer(certificate, listener) : createHttpServer(listener);
  await Promise.all([inner, outer].map((server) => once(server.listen(0, "127.0.0.1"), "listening")));
  const port = portOf(outer);
  const origin = `${isTls ? "https" : "http"}://${host}:${port}`;
  inner.on("request", provider(origin));
  const close = async () => {
    const closed = once(outer.close(), "close");
    outer.closeAllConnections();
    await closed;
  };
  const stop = async () => {
    if (outer.listening) await close();
    inner.closeAllConnections();
    inner.close();
    await certificate?.remove();
  };
  return {
    origin,
    ...(certificate ? { certificate: certificate.file } : {}),
    respond: (path, respond) => void responses.set(path, respond),
    restore: () => responses.clear(),
    exchanges,
    close,
    open: () => listenAgain(outer, port),
    stop,
  };
}

// Meanwhile a connection of another test may have got the port. It is free again when that has ended.
async function listenAgain(server: Server, port: number): Promise<void> {
  while (!server.listening) {
    await once(server.listen(port, "127.0.0.1"), "listening").catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") throw error;
      await delay(50);
    });
  }
}

const passOn: Respond = async (response, original) => write(response, await original());

export function write(response: ServerResponse, { status, headers, body }: Passing): void {
  const { "content-length": _length, "transfer-encoding": _encoding, connection: _connection, ...rest } = headers;
  response.writeHead(status, rest).end(body);
}

function ask(port: number, path: string, { method, headers, body }: Asked, tls: Certificate | undefined): Promise<Passing> {
  const forwarded = { ...headers, "x-forwarded-proto": tls ? "https" : "http" };
  return new Promise((resolve, reject) => {
    // A connection of its own: one that is kept may be closed just when it is used again.
    const where = { host: "127.0.0.1", port, path, method, headers: forwarded, agent: false };
    const sending = httpRequest(where, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }), reject);
    });
    sending.on("error", reject);
    sending.end(body);
  });
}

function portOf(server: { address: () => AddressInfo | string | null }): number {
  return (server.address() as AddressInfo).port;
}
