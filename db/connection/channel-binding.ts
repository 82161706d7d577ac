import type pg from "pg";

const PLUS = "SCRAM-SHA-256-PLUS";

/**
 * Has a connection fail before anything of the password is sent to a server that does not bind the login to this very TLS
 * connection (RFC 5802 §6): pg itself does without where it is not offered, and that is what a man in the middle does.
 */
export function requireChannelBinding(client: pg.Client): void {
  const { connection } = client as pg.Client & {
    connection: NodeJS.EventEmitter & { stream: { destroy: (error: Error) => void } };
  };
  let isBound = false;
  const refuse = () => connection.stream.destroy(new Error("it offers no channel binding, which DATABASE_URL requires"));
  connection.on("authenticationSASL", ({ mechanisms }: { mechanisms: string[] }) => {
    isBound = mechanisms.includes(PLUS);
    if (!isBound) refuse();
  });
  for (const event of ["authenticationCleartextPassword", "authenticationMD5Password"]) connection.on(event, refuse);
  connection.on("authenticationOk", () => isBound || refuse());
}
