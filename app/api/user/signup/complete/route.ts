import { user } from "#lib/answers.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { type CompleteSignUpValues, completeSignUpInput } from "#lib/schemas.ts";

// Loaded by the first newcomer: most deployments have no provider.
const completion = () => import("#lib/providers/complete-signup.ts");

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Complete a signup with a provider",
      description:
        "Makes the account of a newcomer whom a provider has identified, by a cookie that is good once, for 15 minutes. Opens a session, unless the address has to be confirmed first.",
      public: true,
      limit: "signup",
      body: completeSignUpInput,
      rules: async (db, fields: Partial<CompleteSignUpValues>, viewer: null, sender: { cookie: string | null }) =>
        (await completion()).completeSignUpRules(db, fields, viewer, sender),
      answers: { 201: user },
      setsCookies: true,
      refuses: ["no_pending_signup"],
    },
    async ({ db, body, headers }) => {
      const { completeSignUp } = await completion();
      const { user: made, cookies } = await completeSignUp(db, headers.cookie, body);
      return json(made, { status: 201, cookies });
    },
  ),
});
