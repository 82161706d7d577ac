import { connect, type Socket } from "node:net";

// HTTP/1.1 by hand: bytes go out as a test wrote them, and headers come back as the server sent them, repeated ones too.

export type RawAnswer = { status: number; headers: [name: string, value: string][]; body: Buffer };
type Parsed = { answer: RawAnswer; rest: Buffer; closes: boolean };
/** A connection that opens on demand, and again after the server has closed it. */
export type Line = {
  /** Rejects when there is no answer. @param hasBody false for a HEAD, whose answer has no body whatever its headers say */
  ask: (request: Buffer, hasBody?: boolean) => Promise<RawAnswer>;
  close: () => void;
};

const SILENCE_MS = 30_000;

export function openLine(origin: string): Line {
  let socket: Socket | undefined;

  function ask(request: Buffer, hasBody = true): Promise<RawAnswer> {
    const current = socket ?? connectTo(origin);
    socket = current;
    return new Promise((resolve, reject) => {
      let received: Buffer = Buffer.alloc(0);
      current.on("data", take);
      current.on("close", end);
      current.write(request);

      function take(chunk: Buffer) {
        received = Buffer.concat([received, chunk]);
        const parsed = parseAnswer(received, hasBody, false);
        if (parsed) settle(parsed);
      }
      function end() {
        const parsed = parseAnswer(received, hasBody, true);
        if (parsed) return settle(parsed);
        forget();
        reject(
          new Error(`the connection was closed after ${received.length} bytes: ${received.toString("latin1").slice(0, 200)}`),
        );
      }
      function settle({ answer, closes, rest }: Parsed) {
        current.off("data", take).off("close", end);
        if (closes || rest.length > 0) forget();
        resolve(answer);
      }
    });
  }

  function forget(): void {
    socket?.destroy();
    socket = undefined;
  }

  return { ask, close: forget };
}

/** Sends bytes, ends its side of the connection, and returns every answer until the server has closed the other. */
export function sendAndHangUp(origin: string, bytes: Buffer): Promise<RawAnswer[]> {
  const socket = connectTo(origin);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.end(bytes);
  return new Promise((resolve) => {
    socket.on("close", () => {
      const answers: RawAnswer[] = [];
      let rest: Buffer = Buffer.concat(chunks);
      for (;;) {
        const parsed = parseAnswer(rest, true, true);
        if (!parsed) return resolve(answers);
        answers.push(parsed.answer);
        rest = parsed.rest;
      }
    });
  });
}

function connectTo(origin: string): Socket {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  // A reset may follow a refusal; what came before it counts.
  return socket.on("error", () => undefined).setTimeout(SILENCE_MS, () => socket.destroy());
}

/** The first answer in the received bytes; null while it is incomplete. */
function parseAnswer(received: Buffer, hasBody: boolean, isOver: boolean): Parsed | null {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [statusLine = "", ...lines] = received.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1] ?? Number.NaN);
  const rest = received.subarray(end + 4);
  if (status < 200) return parseAnswer(rest, hasBody, isOver);
  const headers = lines.map((line): [string, string] => {
    const [name = "", value = ""] = line.split(/: ?(.*)/s);
    return [name.toLowerCase(), value];
  });
  const one = (name: string) => headers.find(([candidate]) => candidate === name)?.[1];
  const closes = one("connection")?.toLowerCase() === "close";
  const framed = hasBody && status !== 204 && status !== 304 ? takeBody(rest, one, isOver) : { body: Buffer.alloc(0), rest };
  return framed && { answer: { status, headers, body: framed.body }, rest: framed.rest, closes };
}

function takeBody(received: Buffer, header: (name: string) => string | undefined, isOver: boolean) {
  if (header("transfer-encoding") === "chunked") return takeChunks(received);
  const length = header("content-length");
  if (length === undefined) return isOver ? { body: received, rest: Buffer.alloc(0) } : null;
  if (received.length < Number(length)) return null;
  return { body: received.subarray(0, Number(length)), rest: received.subarray(Number(length)) };
}

function takeChunks(received: Buffer): { body: Buffer; rest: Buffer } | null {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = received.indexOf("\r\n", at);
    if (lineEnd < 0) return null;
    const length = Number.parseInt(received.subarray(at, lineEnd).toString(), 16);
    at = lineEnd + 2 + length + 2;
    if (received.length < at) return null;
    if (length === 0) return { body: Buffer.concat(chunks), rest: received.subarray(at) };
    chunks.push(received.subarray(lineEnd + 2, lineEnd + 2 + length));
  }
}
