import { z } from "zod";
import { endpoint, route } from "#lib/http/route.ts";

const live = z.object({ status: z.literal("live") });

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint(
    {
      summary: "Whether the process answers",
      description: "For a supervisor that restarts a process which no longer answers. The database is not asked.",
      public: true,
      answers: { 200: live },
    },
    () => ({ status: "live" }),
  ),
});
