import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `file` is for NODE_EXTRA_CA_CERTS of processes that shall trust the certificate. */
export type Certificate = { key: Buffer; cert: Buffer; file: string; remove: () => Promise<void> };

/** Makes a certificate of its own authority, for a server at localhost. */
export async function makeCertificate(commonName: string): Promise<Certificate> {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-certificate-"));
  const file = join(directory, "cert.pem");
  const key = join(directory, "key.pem");
  const how = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", file];
  const names = ["-subj", `/CN=${commonName}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...how, ...names], { stdio: "pipe" });
  const remove = () => rm(directory, { recursive: true });
  return { key: await readFile(key), cert: await readFile(file), file, remove };
}
