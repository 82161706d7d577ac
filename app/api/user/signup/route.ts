import { signUp, signUpRules } from "#lib/account/sign-up.ts";
import { user } from "#lib/answers.ts";
import { json } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { signUpInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Sign up",
      description: "Makes an account and opens no session. Every field that fails is reported in one answer.",
      public: true,
      hashes: true,
      limit: "signup",
      body: signUpInput,
      rules: signUpRules,
      answers: { 201: user },
    },
    async ({ db, hash, body }) => json(await signUp(db, body, hash), { status: 201 }),
  ),
});
