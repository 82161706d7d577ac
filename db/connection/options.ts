import { readFileSync } from "node:fs";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import type pg from "pg";
import type { DatabaseUrl } from "#lib/settings/database-url.ts";

/**
 * What pg gets to connect to one host of a URL.
 * @param isEncrypted of a URL that leaves it open; see `encryptionsOf`
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

/** Whether to connect with TLS, in the order to try. libpq's rules: no mode below "require" insists on it. */
export function encryptionsOf({ tls }: DatabaseUrl, host: string): boolean[] {
  if (tls === "disable" || host.startsWith("/")) return [false];
  if (tls === "prefer") return [true, false];
  return tls === "allow" ? [false, true] : [true];
}

/** Whether the server has to prove that it is the one. With the others a man in the middle is not noticed. */
export function isServerVerified({ tls, parameters }: DatabaseUrl): boolean {
  return tls === "verify-full" || tls === "verify-ca" || (tls === "require" && parameters.has("sslrootcert"));
}

// https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS, where pg has meanings of its own.
// Without an authority's file, or with "system", the public ones count that Node knows.
function tlsOptions(url: DatabaseUrl): TlsOptions {
  const { tls, parameters } = url;
  const [rootcert, cert, key] = ["sslrootcert", "sslcert", "sslkey"].map((name) => parameters.get(name));
  const isOwnAuthority = rootcert !== undefined && rootcert !== "system";
  // A public authority vouches for everybody's servers: only the name tells which this is.
  const isNameOpen = tls !== "verify-full" && isOwnAuthority;
  return {
    rejectUnauthorized: isServerVerified(url),
    ...(isOwnAuthority ? { ca: read("sslrootcert", rootcert) } : {}),
    ...(cert ? { cert: read("sslcert", cert) } : {}),
    ...(key ? { key: read("sslkey", key) } : {}),
    ...(isNameOpen ? { checkServerIdentity: () => undefined } : {}),
  };
}

function read(parameter: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`its ${parameter} ${file} can't be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
