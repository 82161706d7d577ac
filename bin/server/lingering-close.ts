import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How much of a refused body is still read, so that the client gets to read the refusal. */
const LINGER_BYTES = 1_024 * 1_024;
const LINGER_MS = 2_000;

/**
 * Announces the connection's end in an answer that is sent before the request's body has been read. Node itself would read on
 * through a useless body, or close at once, in which case the reset could overtake the answer.
 */
export function closeUnlessReadWhole(request: IncomingMessage, response: ServerResponse, isDraining: () => boolean): void {
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => ServerResponse;
  response.writeHead = (...head: unknown[]) => {
    const isUnread = hasBody(request) && !request.readableEnded;
    if (isUnread || isDraining()) response.setHeader("Connection", "close");
    if (isUnread && !request.complete) linger(request);
    return writeHead(...head);
  };
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return Number(headers["content-length"] ?? 0) > 0 || headers["transfer-encoding"] !== undefined;
}

// Ends our side of the connection, and reads on for a bounded time and size before destroying it.
function linger(request: IncomingMessage): void {
  const socket = request.socket as Socket & { destroySoon: () => void };
  socket.destroySoon = () => {
    const start = socket.bytesRead;
    socket.end();
    request.resume();
    const check = setInterval(() => {
      if (request.complete || socket.bytesRead - start > LINGER_BYTES) stop();
    }, 10);
    const timer = setTimeout(stop, LINGER_MS);
    socket.once("close", stop);
    function stop() {
      clearInterval(check);
      clearTimeout(timer);
      socket.destroy();
    }
  };
}
