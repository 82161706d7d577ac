import { execFileSync } from "node:child_process";
import { appendFile, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRoot, OWNER } from "#db/embedded/owner.ts";
import { startPostgres, type TestPostgres } from "./harness.ts";
import { postmasterOf } from "./launch.ts";

/** `files` is the directory of the certificates and sockets. */
export type TlsPostgres = TestPostgres & { files: string };

const EXTENSIONS = {
  server: ["/CN=localhost", "subjectAltName=DNS:localhost,IP:::1"],
  client: ["/CN=mcuser", "basicConstraints=CA:FALSE"],
} as const;

/**
 * A Postgres as at a provider: an authority of its own has signed its certificate (`authority.crt`; `other.crt` is another
 * authority), and it refuses TCP without TLS. The database `postgres` asks for a client's certificate (`client.crt`,
 * `client.key`) in place of the password. It has a Unix socket as well.
 */
export async function startTlsPostgres(): Promise<TlsPostgres> {
  const files = await mkdtemp(join(tmpdir(), "movieconnect-tls-"));
  makeCertificates(files);
  if (isRoot) {
    for (const name of [".", "server.crt", "server.key", "authority.crt"]) await chown(join(files, name), OWNER, OWNER);
  }
  const postgres = await startPostgres({ unix_socket_directories: files, listen_addresses: "127.0.0.1,::1" });
  const data = join(postgres.directory, "postgres");
  const rules = ["local all all scram-sha-256", "hostssl postgres mcuser all cert", "hostssl all mcuser all scram-sha-256"];
  await writeFile(join(data, "pg_hba.conf"), `${rules.join("\n")}\n`);
  const settings = { ssl: "on", ssl_cert_file: "server.crt", ssl_key_file: "server.key", ssl_ca_file: "authority.crt" };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${name === "ssl" ? value : join(files, value)}'\n`);
  await appendFile(join(data, "postgresql.auto.conf"), lines.join(""));
  process.kill((await postmasterOf(postgres.directory)) ?? 0, "SIGHUP");
  const stop = async () => {
    await postgres.stop();
    await rm(files, { recursive: true, force: true });
  };
  return { ...postgres, files, stop };
}

function makeCertificates(cwd: string): void {
  const openssl = (name: string, ...args: string[]) => {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${name}.key`];
    execFileSync("openssl", ["req", "-x509", ...key, "-out", `${name}.crt`, ...args], { cwd, stdio: "pipe" });
  };
  for (const name of ["authority", "other"]) openssl(name, "-subj", `/CN=${name}`);
  const signed = ["-CA", "authority.crt", "-CAkey", "authority.key"];
  for (const [name, [subject, extension]] of Object.entries(EXTENSIONS)) {
    openssl(name, "-subj", subject, "-addext", extension, ...signed);
  }
}
