import { setTimeout as pause } from "node:timers/promises";
import type { Answer } from "#e2e/client.ts";
import { copyOf, getProfile, logIn, logOut, refresh, type Visitor } from "./visitor.ts";

/** What happens while people use the site. */
export type Walk = {
  /** The site's, through Nginx */
  origin: string;
  /** Which paths are whose, in words */
  phase: string;
  isOver: boolean;
  /** What should not have happened */
  faults: unknown[];
  /** These log in anew at their next visit, as with another browser. */
  loggingIn: Set<Visitor>;
  /** These log out at their next visit. */
  leaving: Set<Visitor>;
  /** The tokens of those who logged out, and when they did */
  left: { visitor: Visitor; at: number }[];
};

/** Uses the site until the walk is over, or until the visitor leaves. @param isRestless refreshes each time */
export async function keepVisiting(walk: Walk, visitor: Visitor, isRestless: boolean): Promise<void> {
  try {
    while (!walk.isOver) {
      await pause(isRestless ? 500 : 500 + Math.random() * 1_500);
      if (walk.leaving.has(visitor)) return await leave(walk, visitor);
      await renew(walk, visitor, isRestless);
      await readProfile(walk, visitor);
    }
  } catch (error) {
    walk.faults.push({ phase: walk.phase, ...visitor, said: `${error}` });
  }
}

async function renew(walk: Walk, visitor: Visitor, isRestless: boolean): Promise<void> {
  if (walk.loggingIn.delete(visitor)) opens(await logIn(walk.origin, visitor), "login");
  if (canRefresh(visitor) && (isRestless || Math.random() < 0.2)) opens(await refresh(walk.origin, visitor), "refresh");
}

/** As pages and apps do it: after a 401 one refresh, and the same request again. */
async function readProfile(walk: Walk, visitor: Visitor): Promise<void> {
  let answer = await getProfile(walk.origin, visitor);
  if (answer.status === 401 && canRefresh(visitor)) {
    opens(await refresh(walk.origin, visitor), "refresh after a 401");
    answer = await getProfile(walk.origin, visitor);
  }
  opens(answer, "profile");
  if (answer.json.username !== visitor.username) throw new Error(`the profile is ${answer.text}`);
}

async function leave(walk: Walk, visitor: Visitor): Promise<void> {
  // A logout at Django needs an access token that is good.
  opens(await refresh(walk.origin, visitor), "refresh before a logout");
  const tokens = copyOf(visitor);
  opens(await logOut(walk.origin, visitor), "logout");
  walk.left.push({ visitor: tokens, at: Date.now() });
}

/** Whether the visitor has more than an access token. */
export const canRefresh = ({ tokens }: Visitor) =>
  Object.keys(tokens).some((name) => name.endsWith("refresh_token") || name === "refresh");

function opens({ status, text }: Answer, step: string): void {
  if (status !== 200) throw new Error(`${step}: ${status} ${text}`);
}
