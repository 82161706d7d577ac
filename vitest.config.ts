import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const HTTP = ["app/api/**/*.test.ts", "e2e/*.test.ts"];
// A pooler between application and database can change nothing of these: they ask no database, refuse before they do, ask what
// other files ask as well, or start Postgres without the pooler.
const BESIDE_THE_POOLER = [
  "app/api/{api,bodies,compression,credentials,cross-site,simplejwt-clients}.test.ts",
  "app/api/openapi.json/openapi.test.ts",
  "app/api/rate-limits.test.ts",
  "app/api/auth/{away,callback,id-tokens,required-verification,second-factor,session}.test.ts",
  "app/api/token/{blacklist/blacklist,hashing,new-device,passkey/hosts,refresh/reasons,verify/verify}.test.ts",
  "app/api/user/{account/export/export,email/settings,email/resend/resend,events/events,reauthenticate/second-factor}.test.ts",
  "e2e/{acme,addresses,backup,dashboard,database-urls,dev-mail,exposure,images,lock-file,nginx,nginx-*,observatory,owner,pgbouncer}.test.ts",
  "e2e/provider-{https,traces}.test.ts",
  "e2e/{breached-passwords,lane,logs,long-transactions,metrics,recovery-traces,request-facts,request-id,roles}.test.ts",
  "e2e/{secrets,start,unused-modules,words}.test.ts",
];

const withServer = { globalSetup: "e2e/global-setup.ts", setupFiles: ["e2e/documented.ts", "e2e/worded.ts"] };

export default defineConfig({
  resolve: { alias: { "server-only": here("node_modules/server-only/empty.js") } },
  test: {
    // Many tests wait several seconds for limits of the contract, so files run in parallel.
    maxWorkers: 5,
    // A busy machine (a load of 30 on two processors) takes 30 s to start an application, and a test may start two.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // As `eventually` of e2e/harness.ts.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      { extends: true, test: { name: "unit", include: ["{app/_components,lib,db,bin,e2e/tools}/**/*.test.ts"] } },
      { extends: true, test: { name: "http", include: HTTP, ...withServer } },
      // The same through a PgBouncer: e2e/tools/test.ts says so in the environment.
      { extends: true, test: { name: "pooled", include: HTTP, exclude: BESIDE_THE_POOLER, ...withServer } },
      // What takes minutes, by itself: `npm run test:faults`.
      // Several of these start whole sites at once. The limits only end what hangs: a busy machine takes ten times as long as an idle one.
      {
        extends: true,
        test: {
          ...{ name: "operations", include: ["e2e/{operations,django}/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000 },
          ...withServer,
        },
      },
      { extends: true, test: { name: "faults", include: ["e2e/faults/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000 } },
    ],
  },
});
