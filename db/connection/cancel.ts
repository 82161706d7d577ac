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
 * @returns whether the server has taken note within so many ms: what it comes round to later would hit the next statement
 */
export function requestCancel(client: pg.Client, milliseconds: number): Promise<boolean> {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = client as Backend;
  const connection = new pg.Connection({ ssl, sslNegotiation } as pg.ConnectionConfig) as unknown as Connection;
  return new Promise((resolve) => {
    let isSent = false;
    const stop = (isHeard: boolean) => {
      clearTimeout(timer);
      connection.stream.destroy();
      resolve(isHeard);
    };
    const timer = setTimeout(() => stop(false), milliseconds);
    if (ssl && sslNegotiation !== "direct") connection.once("connect", () => connection.requestSsl());
    connection.once(ssl ? "sslconnect" : "connect", () => {
      connection.cancel(processID, secretKey);
      isSent = true;
    });
    // The server says nothing, and closes. Where it was never asked, nothing can come later.
    connection.once("end", () => stop(true)).on("error", () => stop(!isSent));
    if (host.startsWith("/")) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}
