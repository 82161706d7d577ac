import { listEvents } from "#lib/account/list-events.ts";
import { eventPage } from "#lib/answers.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { pageQuery } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint(
    {
      summary: "What happened to the account",
      description: "The latest first, 50 a page. Events are kept for a year.",
      limit: "account",
      query: pageQuery,
      answers: { 200: eventPage },
    },
    ({ db, viewer, query }) => listEvents(db, viewer.userId, query.before),
  ),
});
