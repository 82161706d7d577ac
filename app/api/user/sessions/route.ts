import { z } from "zod";
import { endSessions } from "#lib/account/end-sessions.ts";
import { listDevices } from "#lib/account/list-devices.ts";
import { session } from "#lib/answers.ts";
import { endpoint, route } from "#lib/http/route.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint(
    {
      summary: "Where the user is signed in",
      description: "The living sessions, the latest used first. Use of a session is its login or a refresh.",
      limit: "account",
      answers: { 200: z.array(session) },
    },
    ({ db, viewer }) => listDevices(db, viewer),
  ),
  DELETE: endpoint(
    {
      summary: "End all other sessions",
      description: "Every session of the user but this one. The answer says how many there were.",
      limit: "account",
      answers: { 200: z.object({ ended: z.int().min(0) }) },
    },
    async ({ db, viewer }) => {
      const { listed } = await endSessions(db, viewer.userId, { allBut: viewer.sessionId });
      return { ended: listed.length };
    },
  ),
});
