import { expect, inject, test } from "vitest";
import { changeSession, passGrace } from "#e2e/change-session.ts";
import { logIn, newSession, send } from "#e2e/client.ts";
import { claimsOf, mutations, sign } from "#e2e/forge.ts";
import { withDatabase } from "#e2e/harness.ts";

// A refresh token of a session that has ended is refused with the reason, to the owner alone.

const origin = inject("origin");
const databaseUrl = inject("databaseUrl");
const query = (text: string, values: unknown[]) => withDatabase(databaseUrl, (run) => run(text, values));

type Session = Awaited<ReturnType<typeof newSession>>;

const byCookie = (refresh = "") => send(origin, "POST", "/api/token/refresh/", { cookies: { refresh_token: refresh } });
const byBody = (refresh = "") => send(origin, "POST", "/api/token/refresh/", { json: { refresh } });

const ENDS: Record<string, (session: Session) => Promise<unknown>> = {
  logged_out: ({ cookies }) => send(origin, "POST", "/api/user/logout/", { cookies }),
  ended_elsewhere: async ({ user, refresh }) => {
    const { cookies } = await logIn(origin, user);
    return send(origin, "DELETE", `/api/user/sessions/${claimsOf(refresh).sid}/`, { cookies });
  },
  replayed: async ({ refresh }) => {
    await passGrace(databaseUrl, refresh);
    const successor = (await byCookie(refresh)).cookies.refresh_token ?? "";
    await passGrace(databaseUrl, successor);
    return byCookie(refresh);
  },
  password_changed: ({ user }) => query("update passwords set changed_at = now() where user_id = $1", [user.id]),
  email_changed: ({ refresh }) => changeSession(databaseUrl, refresh, "revoked_at = now(), end_reason = 'email_changed'"),
  account_disabled: ({ user }) => query("update users set is_active = false where id = $1", [user.id]),
  expired: ({ refresh }) => changeSession(databaseUrl, refresh, "expires_at = now()"),
};

test.each(Object.keys(ENDS))("the refresh token of a session that ended is refused with the reason: %s", async (reason) => {
  const session = await newSession(origin);
  await ENDS[reason]?.(session);
  const text = `{"detail":"Token is invalid or expired","code":"token_not_valid","reason":"${reason}"}`;
  for (const answer of [await byCookie(session.refresh), await byBody(session.refresh)])
    expect([answer.status, answer.text]).toEqual([401, text]);
});

test("an expired refresh token is refused as expired while its session lives, and with the session's own reason after that", async () => {
  const { cookies, refresh } = await newSession(origin);
  const expired = sign({ ...claimsOf(refresh), exp: 1_000_000_000 }, inject("authSecret"));
  expect((await byCookie(expired)).json.reason).toBe("expired");
  await send(origin, "POST", "/api/user/logout/", { cookies });
  expect((await byCookie(expired)).json.reason).toBe("logged_out");
});

test("a session that ended without a reason, as by an operator in psql, counts as ended elsewhere", async () => {
  const { refresh } = await newSession(origin);
  await changeSession(databaseUrl, refresh, "revoked_at = now()");
  expect((await byCookie(refresh)).json.reason).toBe("ended_elsewhere");
});

test("a token that is not ours, or was altered, learns no reason, and neither does an access token in its place", async () => {
  const { cookies, refresh } = await newSession(origin);
  await send(origin, "POST", "/api/user/logout/", { cookies });
  const { "an expired token": _expired, ...forged } = mutations(refresh, inject("authSecret"));
  for (const [name, token] of Object.entries({ ...forged, access: cookies.access_token ?? "" })) {
    const answer = await byBody(token);
    expect([answer.status, Object.keys(answer.json).sort()], name).toEqual([401, ["code", "detail"]]);
  }
});

test("the token of a deleted account's session learns no reason: nothing is known of it any more", async () => {
  const { cookies, refresh } = await newSession(origin);
  await send(origin, "DELETE", "/api/user/account/", { cookies });
  expect((await byCookie(refresh)).text).toBe('{"detail":"Token is invalid or expired","code":"token_not_valid"}');
});
