import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { EVERY_ANSWER, JSON_HEADERS } from "./answer-headers.ts";
import { socketAddress } from "./client-address.ts";
import { reportRequest } from "./request-report.ts";

export const NOT_HTTP = "Malformed HTTP request.";

const REFUSALS: Record<string, [status: number, reason: string, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout", "Request took too long."],
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large", "Request headers too large."],
};

/**
 * Answers a malformed or overdue request, and ends the connection.
 * @param answer the response to the connection's last request, which may be the request that failed
 * @returns the status that this request got in place of its response; null if it got none
 */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket, answer: ServerResponse | undefined): number | null {
  const isUnanswered = answer !== undefined && !isWritten(answer, socket);
  // If a response is being sent already, a second one would be read as a part of it.
  if (error.code === "ECONNRESET" || !socket.writable || (isUnanswered && answer.headersSent)) {
    socket.destroy();
    return null;
  }
  const [status, reason, detail] = REFUSALS[error.code ?? ""] ?? [400, "Bad Request", NOT_HTTP];
  const requestId = String(isUnanswered ? answer.getHeader("X-Request-Id") : randomUUID());
  const body = JSON.stringify({ detail });
  const headers = { ...EVERY_ANSWER, ...JSON_HEADERS, "X-Request-Id": requestId, "Content-Length": String(body.length) };
  const lines = Object.entries({ ...headers, Connection: "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  if (!isUnanswered) report(socket, requestId, status);
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${head}\r\n${body}`, () => socket.destroy());
  return isUnanswered ? status : null;
}

// Whether the connection has all of a response, so that a refusal comes after it. Since Node 24 a response that has just been
// ended is finished a moment later. One that waits behind an earlier response has no socket yet.
function isWritten(answer: ServerResponse, socket: Socket): boolean {
  return answer.writableFinished || (answer.writableEnded && answer.socket === socket);
}

// A malformed request has neither method nor path.
function report(socket: Socket, requestId: string, status: number): void {
  const sender = { requestId, address: socketAddress(socket) };
  reportRequest({ method: "-", url: "-" }, sender, "malformed", { status, ms: 0, aborted: false });
}
