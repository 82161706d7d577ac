import { expect, inject, test } from "vitest";
import { newSession, send, signUp } from "@/e2e/client";

const origin = inject("origin");
const PROFILE = "/api/user/profile/";
const CHALLENGE = 'Bearer realm="api"';
const NOT_PROVIDED = { detail: "Authentication credentials were not provided." };
const notValid = (message: string) => ({
  detail: "Given token not valid for any token type",
  code: "token_not_valid",
  messages: [{ token_class: "AccessToken", token_type: "access", message }],
});

test("the access cookie opens the profile", async () => {
  const { user, cookies } = await newSession(origin);
  const answer = await send(origin, "GET", PROFILE, { cookies });
  expect(answer.status).toBe(200);
  expect(answer.text).toBe(JSON.stringify({ username: user.username }));
});
