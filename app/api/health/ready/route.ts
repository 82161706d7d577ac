import { json } from "@/lib/http/json";
import { endpoint, route } from "@/lib/http/route";
import { readiness } from "@/lib/readiness";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint({ public: true }, async ({ db }) => {
    const { isReady, checks } = await readiness(db);
    const body = { status: isReady ? "ready" : "not ready", checks };
    return json(body, isReady ? {} : { status: 503, headers: { "retry-after": "1" } });
  }),
});
