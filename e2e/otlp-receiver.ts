import { once } from "node:events";
import { createServer } from "node:http";

// A collector that keeps the spans that it receives: OTLP over HTTP, in protobuf (opentelemetry/proto/trace/v1/trace.proto).

export type ReceivedSpan = {
  traceId: string;
  spanId: string;
  parentId: string;
  name: string;
  attributes: Record<string, string>;
};
export type Receiver = {
  endpoint: string;
  spans: () => ReceivedSpan[];
  /** All bytes as they were received, to search for what must not be in them. */
  raw: () => Buffer;
  stop: () => void;
};

/** @param options.isMute reads every request and never answers */
export async function startReceiver({ isMute = false } = {}): Promise<Receiver> {
  const bodies: Buffer[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.url === "/v1/traces") bodies.push(Buffer.concat(chunks));
    if (!isMute) response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { endpoint: `http://127.0.0.1:${port}`, spans: () => bodies.flatMap(readSpans), raw: () => Buffer.concat(bodies), stop };
}

function readSpans(body: Buffer): ReceivedSpan[] {
  const scopes = children(body, 1).flatMap((resourceSpans) => children(resourceSpans, 2));
  return scopes.flatMap((scope) => children(scope, 2)).map(readSpan);
}

function readSpan(span: Buffer): ReceivedSpan {
  const text = (field: number, encoding: BufferEncoding) => children(span, field)[0]?.toString(encoding) ?? "";
  const pairs = children(span, 9).map((pair) => {
    const [value = Buffer.alloc(0)] = children(pair, 2);
    return [children(pair, 1)[0]?.toString() ?? "", children(value, 1)[0]?.toString() ?? ""];
  });
  const attributes = Object.fromEntries(pairs);
  return { traceId: text(1, "hex"), spanId: text(2, "hex"), parentId: text(4, "hex"), name: text(5, "utf8"), attributes };
}

/** The length-delimited values of one field of a message (protobuf.dev/programming-guides/encoding). */
function children(message: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at] ?? 0;
      at += 1;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else {
      const length = varint();
      if (field === wanted) found.push(message.subarray(at, at + length));
      at += length;
    }
  }
  return found;
}
