import { type Parameters, readParameters, TLS_MODES, type TlsMode } from "./url-parameters.ts";
import { ENCODING } from "./userinfo-encoding.ts";

/** A parsed `DATABASE_URL`. A host that begins with a slash is the directory of a Unix socket. */
export type DatabaseUrl = {
  hosts: { host: string; port: number }[];
  user: string | undefined;
  password: string | undefined;
  database: string | undefined;
  tls: TlsMode;
  parameters: Parameters;
};

const FORM = "must be a URL: postgres://user:password@host:5432/database";
/**
 * Parses a URL as libpq would (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS), but refuses
 * an ambiguous one: with a raw `@`, `/`, `?` or `#` in a password, a part of the password would look like the host.
 * @throws {Error} what the variable must be, worded to follow its name. It quotes no part of the URL but a parameter's name
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  const [, rest = ""] = /^postgres(?:ql)?:\/\/(.*)$/is.exec(text.trim()) ?? [];
  if (rest === "") throw new Error(FORM);
  const [, authority = "", path = "", query = ""] = /^([^/?]*)(\/[^?]*)?(?:\?(.*))?$/s.exec(rest) ?? [];
  const [userinfo, place, ...more] = authority.includes("@") ? authority.split("@") : [undefined, authority];
  if (more.length > 0 || /[#\s]/.test(rest) || /@/.test(path + query)) throw new Error(ENCODING);
  const [, user, password] = /^([^:]*)(?::(.*))?$/s.exec(userinfo ?? "") ?? [];
  const parameters = readParameters(query);
  const given = { user: decode(user), password: decode(password), database: decode(path.slice(1)) };
  return {
    hosts: readHosts(place ?? "", parameters),
    user: parameters.get("user") ?? given.user,
    password: parameters.get("password") ?? given.password,
    database: parameters.get("dbname") ?? given.database,
    tls: readTlsMode(parameters),
    parameters,
  };
}

/** The URL without its password, for people to read. */
export function describeDatabase(text: string): string {
  const { hosts, user, database } = parseDatabaseUrl(text);
  const userinfo = user === undefined ? "" : `${encodeURIComponent(user)}@`;
  const [socket] = hosts.filter(({ host }) => host.startsWith("/"));
  const place = socket ? "" : hosts.map(formatHost).join(",");
  return `postgres://${userinfo}${place}/${encodeURIComponent(database ?? "")}${socket ? `?host=${socket.host}` : ""}`;
}

function formatHost({ host, port }: { host: string; port: number }): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function decode(text: string | undefined): string | undefined {
  if (!text) return undefined;
  try {
    const decoded = decodeURIComponent(text);
    if (!decoded.includes("\0")) return decoded;
  } catch {
    // The error below says more than URIError's message.
  }
  throw new Error(ENCODING);
}

// `h1:5432,h2:5433`, or the same as parameters: `?host=h1,h2&port=5432,5433`. A single port applies to all hosts.
function readHosts(place: string, parameters: Parameters): DatabaseUrl["hosts"] {
  const places = place.split(",").map((text) => /^(\[[^[\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(text));
  if (places.some((found) => found === null)) throw new Error(FORM);
  const named = parameters.get("host")?.split(",") ?? places.map((found) => decode(found?.[1]?.replace(/^\[(.*)\]$/, "$1")));
  const ports = parameters.get("port")?.split(",") ?? places.map((found) => found?.[2]);
  return named.map((host = "", index) => {
    const port = Number((ports.length === 1 ? ports[0] : ports[index]) || 5432);
    if (!isHost(host) || !(port >= 1 && port <= 65_535)) throw new Error(FORM);
    return { host: host || "localhost", port };
  });
}

function isHost(host: string): boolean {
  return host.startsWith("/") || /^[\w.-]*$/.test(host) || /^[0-9a-f:.]+(%\w+)?$/i.test(host);
}

// libpq's default is "prefer". `ssl=true` comes from JDBC and Heroku's examples, and libpq reads it as sslmode=require.
function readTlsMode(parameters: Parameters): TlsMode {
  const mode = parameters.get("sslmode") ?? sslToMode(parameters.get("ssl"));
  if (mode !== undefined) {
    const known = [...TLS_MODES].find((name) => name === mode);
    if (!known) throw new Error(`must have one of these as its sslmode: ${TLS_MODES.join(", ")}`);
    return known;
  }
  if (parameters.has("sslrootcert")) return "verify-full";
  return parameters.get("sslnegotiation") === "direct" ? "require" : "prefer";
}

function sslToMode(value: string | undefined): string | undefined {
  if (value === "true" || value === "1") return "require";
  return value === "false" || value === "0" ? "disable" : value;
}
