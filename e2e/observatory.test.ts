import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { hasTools } from "#e2e/tools/tool-packages.ts";
import { environmentWith } from "#lib/config.ts";
import { startServer } from "./harness.ts";
import { hasNginx, startNginx, type TestNginx } from "./nginx-server.ts";

// Mozilla's own scanner looks at the application behind the shipped Nginx configuration, as a visitor would.

const HOST = "movieconnect.example";
const PUBLIC_URL = `https://${HOST}`;
const isPossible = (hasNginx() && hasTools("observatory")) || process.env.CI === "true";

type Scan = {
  scan: { grade: string; statusCode: number; testsPassed: number; testsQuantity: number };
  tests: Record<string, { pass: boolean; route?: string[] }>;
};

// Other tests run beside this one: the scanner's default of 10 s is for a machine of one's own.
const SCANNER_MS = 40_000;

test.skipIf(!isPossible)(
  "Mozilla's observatory gives an A+ over https, and none of its checks fails",
  {
    timeout: 3 * SCANNER_MS,
  },
  async () => {
    const application = await startServer({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), PUBLIC_URL });
    const upstreams = [new URL(application.origin).host];
    const nginx = await startNginx({ mode: "production", upstreams, publicUrl: PUBLIC_URL });
    try {
      const { scan, tests } = await scanOf(nginx);
      // The scan followed port 80 to one of our pages: it did not rate a refusal.
      expect(tests.redirection?.route).toEqual([`http://${HOST}/`, `${PUBLIC_URL}/`, `${PUBLIC_URL}/login?next=%2F`]);
      expect(scan.statusCode).toBe(200);
      expect(Object.entries(tests).filter(([, { pass }]) => !pass)).toEqual([]);
      expect([scan.grade, scan.testsPassed]).toEqual(["A+", scan.testsQuantity]);
    } finally {
      await Promise.all([nginx.stop(), application.stop()]);
    }
  },
);

async function scanOf(nginx: TestNginx): Promise<Scan> {
  const ports = [nginx.http, nginx.https].map((origin) => new URL(origin).port);
  const env = environmentWith({
    NODE_EXTRA_CA_CERTS: join(nginx.directory, "certificates", "fullchain.pem"),
    ABORT_TIMEOUT: String(SCANNER_MS),
    CLIENT_TIMEOUT: String(SCANNER_MS),
  });
  const scanner = join(import.meta.dirname, "observatory", "scan.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [scanner, HOST, ...ports], { env });
  return JSON.parse(stdout);
}
