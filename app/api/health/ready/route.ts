import { z } from "zod";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { readiness } from "#lib/worker/readiness.ts";

const checks = z.object({ revocations: z.boolean(), migrations: z.boolean(), serving: z.boolean() });
const ready = z.object({ status: z.literal("ready"), checks });
// The log says which property the database lacks.
const notReady = z.object({ status: z.literal("not ready"), checks: checks.extend({ database: z.literal(false).optional() }) });

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint(
    {
      summary: "Whether this worker should be sent requests",
      description: "Not while the database is unreachable or lacks something, nor once the process was told to stop.",
      public: true,
      answers: { 200: ready, 503: notReady },
    },
    async () => {
      const { isReady, checks } = await readiness();
      const body = { status: isReady ? "ready" : "not ready", checks };
      return json(body, isReady ? {} : { status: 503, headers: { "retry-after": "1" } });
    },
  ),
});
