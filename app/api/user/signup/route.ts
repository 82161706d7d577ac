import { z } from "zod";
import { signUp } from "@/lib/auth/sign-up";
import { json } from "@/lib/http/json";
import { endpoint, route } from "@/lib/http/route";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  // The use case reads the fields itself: what is taken is reported together with what is malformed.
  POST: endpoint({ public: true, limit: "signup", body: z.record(z.string(), z.unknown()) }, async ({ db, body }) => {
    return json(await signUp(db, body), { status: 201 });
  }),
});
