import type { Account } from "#lib/answers.ts";
import type { LogInInput, SecondFactorInput } from "#lib/schemas.ts";
import { isUnauthenticated, type Result, send } from "./call.ts";
import { rememberPasswordLogin } from "./passkey-offer.ts";
import { announceSession } from "./session-channel.ts";

type Opened = { refresh: string };

/** What a login waits for: an answer to the challenge, by one of the methods. */
export type SecondStep = { challenge: string; methods: string[] };

/** The calls of a login. Other pages don't load them. After one that opens a session, `ViewerProvider` leaves the page. */
export const logInApi = {
  /** A right password opens a session, or leads to the second step where the account asks for one. */
  byPassword: async (input: LogInInput): Promise<Result<SecondStep | null>> => {
    const result = await send<Opened>("POST", "/api/token/", input);
    const step = secondStepOf(result);
    if (step || result.ok) rememberPasswordLogin();
    return step ? { ok: true, data: step } : keepOpened(result);
  },

  /** The second step: a code, or a passkey's answer. */
  bySecondFactor: async (input: SecondFactorInput) => keepOpened(await send<Opened>("POST", "/api/token/second-factor/", input)),

  /** @param response a passkey's answer, as the browser gives it */
  byPasskey: async (response: object) => keepOpened(await send<Opened>("POST", "/api/token/passkey/", { response })),
};

function secondStepOf(result: Result<unknown>): SecondStep | null {
  if (result.ok || result.failure.kind !== "refused") return null;
  const { challenge, methods = [] } = result.failure;
  return challenge === undefined ? null : { challenge, methods };
}

// A browser that refuses cookies does so silently, and every page would lead back to the login. The answer's refresh token,
// which is meant for clients without cookies, then ends the session that this browser can't use.
async function keepOpened(result: Result<Opened>): Promise<Result<null>> {
  if (!result.ok) return result;
  const account = await send<Account>("GET", "/api/user/account/");
  if (isUnauthenticated(account)) {
    await send("POST", "/api/user/logout/", { refresh: result.data.refresh });
    return { ok: false, failure: { kind: "no_cookies" } };
  }
  if (account.ok && !account.data.age) askForBirthDate();
  announceSession("opened");
  return { ok: true, data: null };
}

// `ViewerProvider` goes to the `next` of this page's address. From there a page leads on that knows the `next` of before.
function askForBirthDate(): void {
  window.history.replaceState(null, "", `?next=/birth-date${encodeURIComponent(window.location.search)}`);
}
