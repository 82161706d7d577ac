import { changeAccount, changeAccountRules } from "#lib/account/change-account.ts";
import { deleteAccount } from "#lib/account/delete-account.ts";
import { describeAccount } from "#lib/account/describe-account.ts";
import { account } from "#lib/answers.ts";
import { clearedCookies } from "#lib/auth/cleared-cookies.ts";
import { sessionCookies } from "#lib/auth/cookies.ts";
import { json, noContent } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { changeAccountInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint(
    {
      summary: "The account",
      description: "What is known of the signed-in user.",
      limit: "account",
      answers: { 200: account },
    },
    ({ db, viewer }) => describeAccount(db, viewer.userId),
  ),
  PATCH: endpoint(
    {
      summary: "Change the username or the date of birth",
      description:
        "By the rules of the signup. A new username comes with new cookies: the refresh token of before is good for 10 seconds more.",
      limit: "account",
      body: changeAccountInput,
      rules: changeAccountRules,
      answers: { 200: account },
    },
    async ({ db, viewer, body }) => {
      const tokens = await changeAccount(db, viewer, body);
      return json(await describeAccount(db, viewer.userId), { cookies: tokens ? sessionCookies(tokens) : [] });
    },
  ),
  DELETE: endpoint(
    {
      summary: "Delete the account",
      description:
        "With everything that is kept about the user. All sessions end, the username and the address are free again, and a last mail says so.",
      limit: "account",
      proof: true,
      answers: { 204: null },
      setsCookies: true,
    },
    async ({ db, viewer, headers }) => {
      await deleteAccount(db, viewer.userId);
      return noContent(clearedCookies(headers.cookie));
    },
  ),
});
