import { readFileSync } from "node:fs";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import type pg from "pg";
import type { DatabaseUrl } from "#lib/settings/database-url.ts";

/**
 * The options with which pg connects to one host of a URL.
 * @param isEncrypted whether to use TLS, where the URL leaves it open; see `encryptionsOf`
 * @throws {Error} a file that the URL names can't be read
 */
export function connectionOptions(url: DatabaseUrl, { host, port }: DatabaseUrl["hosts"][number], isEncrypted: boolean) {
  const { user, password, database, parameters } = url;
  const options = parameters.get("options");
  const isDirect = parameters.get("sslnegotiation") === "direct";
  return {
    host,
    port,
    keepAlive: true,
    ssl: isEncrypted && tlsOptions(url),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    ...(options === undefined ? {} : { options }),
    ...(isEncrypted && isDirect ? { sslnegotiation: "direct" as const } : {}),
    enableChannelBinding: isEncrypted && ["prefer", "require"].includes(parameters.get("channel_binding") ?? ""),
  } satisfies pg.ClientConfig;
}

/** Whether to connect with TLS, in the order to try. As in libpq, no mode below "require" insists on TLS. */
export function encryptionsOf({ tls }: DatabaseUrl, host: string): boolean[] {
  if (tls === "disable" || host.startsWith("/")) return [false];
  if (tls === "prefer") return [true, false];
  return tls === "allow" ? [false, true] : [true];
}

/** Whether the server's certificate is verified. In the other modes a man in the middle goes unnoticed. */
export function isServerVerified({ tls, parameters }: DatabaseUrl): boolean {
  return tls === "verify-full" || tls === "verify-ca" || (tls === "require" && parameters.has("sslrootcert"));
}

// As https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS has it: pg gives the modes other
// meanings. Without sslrootcert, or with "system", Node's list of public authorities applies.
function tlsOptions(url: DatabaseUrl): TlsOptions {
  const { tls, parameters } = url;
  const [rootcert, cert, key] = ["sslrootcert", "sslcert", "sslkey"].map((name) => parameters.get(name));
  const isOwnAuthority = rootcert !== undefined && rootcert !== "system";
  // A public authority signs certificates for anyone, so there the host name must match. A private authority signs its own
  // servers' alone, so below verify-full its signature suffices.
  const ignoresName = tls !== "verify-full" && isOwnAuthority;
  return {
    rejectUnauthorized: isServerVerified(url),
    ...(isOwnAuthority ? { ca: read("sslrootcert", rootcert) } : {}),
    ...(cert ? { cert: read("sslcert", cert) } : {}),
    ...(key ? { key: read("sslkey", key) } : {}),
    ...(ignoresName ? { checkServerIdentity: () => undefined } : {}),
  };
}

function read(parameter: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`the file ${file} of its ${parameter} can't be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
