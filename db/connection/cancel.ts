import pg from "pg";

/** Parts of pg that its types leave out. */
type Backend = pg.Client & {
  processID: number;
  secretKey: number;
  ssl: false | object;
  sslNegotiation: "postgres" | "direct";
};
type Connection = NodeJS.EventEmitter & {
  stream: { destroy: () => void };
  connect: (port: number | string, host?: string) => void;
  requestSsl: () => void;
  cancel: (processID: number, secretKey: number) => void;
};

/**
 * Asks the server to cancel the statement that this client runs. The protocol wants a connection of its own for that
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS). It is encrypted if the
 * client's connection is.
 * @returns false if the server did not handle the cancel within so many ms: then it may still hit the next statement
 */
export function requestCancel(client: pg.Client, milliseconds: number): Promise<boolean> {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = client as Backend;
  const connection = new pg.Connection({ ssl, sslNegotiation } as pg.ConnectionConfig) as unknown as Connection;
  return new Promise((resolve) => {
    let isSent = false;
    const stop = (isHandled: boolean) => {
      clearTimeout(timer);
      connection.stream.destroy();
      resolve(isHandled);
    };
    const timer = setTimeout(() => stop(false), milliseconds);
    if (ssl && sslNegotiation !== "direct") connection.once("connect", () => connection.requestSsl());
    connection.once(ssl ? "sslconnect" : "connect", () => {
      connection.cancel(processID, secretKey);
      isSent = true;
    });
    // The server closes the connection without an answer. A cancel that was never sent can't arrive later.
    connection.once("end", () => stop(true)).on("error", () => stop(!isSent));
    if (host.startsWith("/")) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}
