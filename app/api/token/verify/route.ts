import { z } from "zod";
import { isGoodToken } from "#lib/auth/is-good-token.ts";
import { AppError } from "#lib/errors.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { verifyInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  POST: endpoint(
    {
      summary: "Verify a token",
      description:
        "Whether an access or a refresh token would be accepted: its signature, its time, its session. As simplejwt's endpoint. Nothing changes.",
      public: true,
      limit: "refresh",
      body: verifyInput,
      answers: { 200: z.object({}) },
      refuses: ["token_not_valid"],
    },
    async ({ db, body }) => {
      if (!(await isGoodToken(db, body.token))) throw new AppError("token_not_valid");
      return {};
    },
  ),
});
