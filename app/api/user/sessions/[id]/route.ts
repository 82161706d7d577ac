import { endSessions } from "#lib/account/end-sessions.ts";
import { clearedCookies } from "#lib/auth/cleared-cookies.ts";
import { logOut } from "#lib/auth/log-out.ts";
import { AppError } from "#lib/errors.ts";
import { noContent } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { sessionPath } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  DELETE: endpoint(
    {
      summary: "End a session",
      description: "One of the user's own, that is not over. To end this one is to log out.",
      limit: "account",
      params: sessionPath,
      answers: { 204: null },
    },
    async ({ db, viewer, params: { id }, headers }) => {
      if (id === viewer.sessionId) {
        await logOut(db, viewer);
        return noContent(clearedCookies(headers.cookie));
      }
      const { listed } = await endSessions(db, viewer.userId, { id });
      if (listed.length === 0) throw new AppError("not_found");
      return noContent();
    },
  ),
});
