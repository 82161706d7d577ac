import type pg from "pg";

const PLUS = "SCRAM-SHA-256-PLUS";

/**
 * Makes a connection fail before it sends anything derived from the password, unless the server binds the login to this TLS
 * connection (RFC 5802 §6). pg itself goes on without channel binding where the server does not offer it, and a man in the
 * middle does not offer it.
 */
export function requireChannelBinding(client: pg.Client): void {
  const { connection } = client as pg.Client & {
    connection: NodeJS.EventEmitter & { stream: { destroy: (error: Error) => void } };
  };
  let isBound = false;
  const refuse = () => connection.stream.destroy(new Error("the server offers no channel binding, which DATABASE_URL requires"));
  connection.on("authenticationSASL", ({ mechanisms }: { mechanisms: string[] }) => {
    isBound = mechanisms.includes(PLUS);
    if (!isBound) refuse();
  });
  for (const event of ["authenticationCleartextPassword", "authenticationMD5Password"]) connection.on(event, refuse);
  connection.on("authenticationOk", () => isBound || refuse());
}
