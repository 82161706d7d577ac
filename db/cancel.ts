import pg from "pg";

/** Of pg's own, what its types leave out. */
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
 * Asks the server to end what this client's connection is doing, on a connection of its own, as the protocol has it
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS). Encrypted if the client's is.
 * Resolves when the server has taken note, or within so many ms: a cancel that comes later would hit the next statement.
 */
export function requestCancel(client: pg.Client, milliseconds: number): Promise<void> {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = client as Backend;
  const connection = new pg.Connection({ ssl, sslNegotiation } as pg.ConnectionConfig) as unknown as Connection;
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      connection.stream.destroy();
      resolve();
    };
    const timer = setTimeout(stop, milliseconds);
    if (ssl && sslNegotiation !== "direct") connection.once("connect", () => connection.requestSsl());
    connection.once(ssl ? "sslconnect" : "connect", () => connection.cancel(processID, secretKey));
    // The server says nothing, and closes.
    connection.once("end", stop).on("error", stop);
    if (host.startsWith("/")) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}
