import { execFile, execFileSync, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { freePort } from "#db/embedded/ports.ts";
import { onPath } from "#e2e/tools/on-path.ts";
import { send } from "./client.ts";
import { eventually } from "./harness.ts";
import { hasNginx, startNginx } from "./nginx-server.ts";

// A certificate is obtained and renewed with the shipped scripts, real certbot, and pebble: Let's Encrypt's own test server.

const SHIPPED = join(import.meta.dirname, "..", "nginx");
const isPossible = (hasNginx() && onPath("pebble") && onPath("certbot")) || process.env.CI === "true";

// Certbot, a program in Python, is started three times.
const SLOWLY = { timeout: 180_000 };

test.skipIf(!isPossible)(
  "the first certificate replaces the self-signed one, and its renewal drops no request",
  SLOWLY,
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "movieconnect-acme-"));
    const ports = { http: await freePort(), https: await freePort() };
    const authority = await startAuthority(directory, ports.http);
    const application = createServer((request, response) => request.resume().on("end", () => response.end("{}")));
    await once(application.listen(0), "listening");
    const address = application.address();
    const upstream = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const nginx = await startNginx({ mode: "production", upstreams: [upstream], ports, isWatched: true });
    const environment = {
      PATH: process.env.PATH ?? "",
      NODE_ENV: "test" as const,
      PUBLIC_URL: nginx.https,
      ACME_ROOT: join(nginx.directory, "acme"),
      ACME_STATE: join(directory, "state"),
      ACME_SERVER: authority.url,
      CERTIFICATE: join(nginx.directory, "certificates", "fullchain.pem"),
      CERTIFICATE_KEY: join(nginx.directory, "certificates", "privkey.pem"),
      REQUESTS_CA_BUNDLE: authority.caFile,
    };
    const renew = (extra: string) =>
      promisify(execFile)("sh", [join(SHIPPED, "certbot", "renew.sh"), "once"], {
        env: { ...environment, ACME_ARGUMENTS: extra },
      });
    try {
      const first = await servedCertificate(ports.https);
      expect(first.issuer).toBe("CN=localhost");
      await renew("");
      // Right after a reload an old worker may still take a connection: only the connection that showed the certificate counts.
      let second = first;
      await eventually(async () => {
        second = await servedCertificate(ports.https);
        return second.issuer.includes("Pebble");
      });
      expect(second.checkHost("localhost")).toBe("localhost");

      // The certificate is not due: certbot asks for nothing, and nothing changes.
      await renew("");
      expect((await servedCertificate(ports.https)).serialNumber).toBe(second.serialNumber);

      const failures: string[] = [];
      let answered = 0;
      let isOver = false;
      const load = Array.from({ length: 4 }, async (_, index) => {
        while (!isOver) {
          const sent = index % 2 ? send(nginx.https, "POST", "/api/token/", { json: {} }) : send(nginx.https, "GET", "/");
          await sent
            .then(({ status }) => status === 200 || failures.push(String(status)))
            .catch((error) => failures.push(error.message));
          answered += 1;
        }
      });
      await renew("--force-renewal");
      await eventually(async () => (await servedCertificate(ports.https)).serialNumber !== second.serialNumber);
      await new Promise((resolve) => setTimeout(resolve, 500));
      isOver = true;
      await Promise.all(load);
      expect(failures).toEqual([]);
      expect(answered).toBeGreaterThan(100);
    } finally {
      authority.stop();
      application.close();
      await nginx.stop();
      await rm(directory, { recursive: true, force: true });
    }
  },
);

/** Pebble, which asks for its challenges at Nginx' port for http. */
async function startAuthority(directory: string, httpPort: number) {
  const [port, management] = [await freePort(), await freePort()];
  const caFile = join(directory, "ca.pem");
  const key = join(directory, "ca-key.pem");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", caFile];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject], { stdio: "ignore" });
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: caFile,
    privateKey: key,
    httpPort,
    tlsPort: await freePort(),
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
  };
  const configuration = join(directory, "pebble.json");
  await writeFile(configuration, JSON.stringify({ pebble }));
  // By default pebble waits and refuses at random on purpose.
  const moods = { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
  const child = spawn("pebble", ["-config", configuration], { env: { ...process.env, ...moods }, stdio: "ignore" });
  const url = `https://localhost:${port}/dir`;
  await eventually(() =>
    send(`https://localhost:${port}`, "GET", "/dir").then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  return { url, caFile, stop: () => child.kill() };
}

async function servedCertificate(port: number): Promise<X509Certificate> {
  const socket = connectTls({ port, host: "localhost", servername: "localhost", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return new X509Certificate(raw);
}
