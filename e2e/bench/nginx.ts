import { rm } from "node:fs/promises";
import { collectStaticFiles, hasNginx, startNginx } from "#e2e/nginx-server.ts";
import type { Target } from "./load.ts";
import { workerPids } from "./process-figures.ts";

type Started = { target: Target | undefined; stop: () => Promise<void> };

/** A real Nginx before the application, with the configuration that production gets. Where there is none, one line says so. */
export async function startNginxBefore(direct: Target): Promise<Started> {
  if (!hasNginx()) {
    console.log("LEFT OUT: the rows through Nginx need nginx and openssl.");
    return { target: undefined, stop: async () => undefined };
  }
  const staticRoot = await collectStaticFiles();
  const nginx = await startNginx({ mode: "production", upstreams: [new URL(direct.origin).host], staticRoot });
  const stop = async () => {
    await nginx.stop();
    await rm(staticRoot, { recursive: true, force: true });
  };
  return { target: { origin: nginx.https, workers: direct.workers, nginx: workerPids(nginx.pid, "nginx") }, stop };
}
