import "server-only";

import { z } from "zod";
import { providerFetch } from "./provider-fetch.ts";

const user = z.object({ id: z.int().positive(), login: z.string(), name: z.string().nullish() });
const emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/** Auth.js' `userinfo.request`. */
type Request = { tokens: { access_token?: string }; provider: { userinfo?: { url?: URL | string } } };

/**
 * The user of a token at GitHub. The address is the primary one if GitHub has verified it, else null: Auth.js' own request does
 * not look whether it is.
 * @throws {Error} if GitHub's answer is not as documented; `isAway(error)` if there is none
 */
export async function githubUser({ tokens, provider }: Request) {
  const url = String(provider.userinfo?.url);
  const { id, login, name } = user.parse(await ask(url, tokens.access_token));
  const listed = emails.parse(await ask(`${url}/emails`, tokens.access_token));
  const address = listed.find(({ primary, verified }) => primary && verified)?.email ?? null;
  return { id, name: name ?? login, email: address, email_verified: address !== null };
}

async function ask(url: string, token: string | undefined): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, accept: "application/vnd.github+json", "user-agent": "MovieConnect" };
  const response = await providerFetch(url, { headers });
  if (!response.ok) throw new Error(`GitHub answered ${response.status}`);
  return response.json();
}
