import { profile } from "#lib/answers.ts";
import { endpoint, route } from "#lib/http/route.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint(
    { summary: "Who is signed in", description: "The username, from the access token alone.", answers: { 200: profile } },
    ({ viewer }) => ({ username: viewer.username }),
  ),
});
