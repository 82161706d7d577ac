import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { freshName } from "#e2e/client.ts";
import { redirectTo, withIdToken, withMembers } from "#e2e/providers/answers.ts";
import { edited, type Forge, newSigningKey, signedBy, signedByHmac, unsigned } from "#e2e/providers/id-tokens.ts";
import { PATHS } from "#e2e/providers/identity-provider.ts";
import { startWithProviders, type WithProviders } from "#e2e/providers/start-with-providers.ts";
import { endOf, newVisitor, sessionCookiesOf, signInAt, signUpAt } from "#e2e/providers/visitor.ts";

// A proxy between the application and the provider, which is what an attacker in that network is, changes what passes.

const member = freshName();
const MEMBER = `subject-of-${member}`;

let running: WithProviders;
let origin = "";
beforeAll(async () => {
  running = await startWithProviders({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret") });
  origin = running.origin;
  await signUpAt(newVisitor(origin), "oidc", member);
});
afterAll(() => running?.stop());
afterEach(() => running.oidc.proxy.restore());

const own = () => running.oidc.key;
const minutes = (count: number) => Math.floor(Date.now() / 1_000) + count * 60;
const stranger = newSigningKey();

const FORGERIES: Record<string, () => Forge | Promise<Forge>> = {
  "another subject under the old signature": () => edited({ sub: MEMBER }),
  "another subject and alg none": () => unsigned({ sub: MEMBER }),
  "the right subject and alg none": () => unsigned({}),
  "another subject, signed by another key of the same name": async () => signedBy(await stranger, { sub: MEMBER }),
  "the right subject, signed by another key of the same name": async () => signedBy(await stranger),
  "the right subject, signed by a key of an unknown name": async () => signedBy({ ...(await stranger), kid: "unknown" }),
  "an HMAC with the public key": () => signedByHmac(JSON.stringify(own().publicJwk)),
  "an HMAC with the client's secret": () => signedByHmac(running.oidc.variables.AUTH_OIDC_SECRET ?? ""),
  "another client's audience": () => signedBy(own(), { aud: "another-client" }),
  "another client beside this one, and no azp": () => signedBy(own(), { aud: ["movieconnect", "another-client"] }),
  "another client's azp": () => signedBy(own(), { aud: ["movieconnect", "another-client"], azp: "another-client" }),
  "no audience": () => signedBy(own(), { aud: undefined }),
  "another issuer": () => signedBy(own(), { iss: "https://accounts.google.com" }),
  "the issuer with a slash": () => signedBy(own(), { iss: `${running.oidc.issuer}/` }),
  "no issuer": () => signedBy(own(), { iss: undefined }),
  "another nonce": () => signedBy(own(), { nonce: "chosen" }),
  "no nonce": () => signedBy(own(), { nonce: undefined }),
  "an end in the past": () => signedBy(own(), { exp: minutes(-10), iat: minutes(-20) }),
  "no end": () => signedBy(own(), { exp: undefined }),
  "a beginning in the future": () => signedBy(own(), { nbf: minutes(10) }),
  "no subject": () => signedBy(own(), { sub: undefined }),
  "an empty subject": () => signedBy(own(), { sub: "" }),
  "nothing but dots": () => () => "..",
  nothing: () => () => undefined,
};

test.each(Object.keys(FORGERIES))("an ID token with %s opens no session, and no signup", async (name) => {
  const forge = await FORGERIES[name]?.();
  running.oidc.proxy.respond(PATHS.token, withIdToken(forge ?? ((token) => token)));
  // Who claims to be the member is another person at the provider, and has userinfo say the same as the token.
  const isForeign = name.startsWith("another subject");
  if (isForeign) running.oidc.proxy.respond(PATHS.userinfo, withMembers({ sub: MEMBER }));
  const loginName = isForeign ? freshName() : member;
  const visitor = newVisitor(origin);
  const answer = await signInAt(visitor, "oidc", loginName);
  // Another nonce may be that of an earlier tab, so that person is asked to start again.
  const error = /nonce/.test(name) ? "expired" : "failed";
  expect(endOf(answer)).toMatchObject({ path: "/login", error });
  expect(sessionCookiesOf(answer)).toEqual([]);
  expect(Object.keys(visitor.cookies)).not.toContain("pending_signup");
});

test("the same proxy, when it signs the same claims with the provider's key, opens a session", async () => {
  running.oidc.proxy.respond(PATHS.token, withIdToken(signedBy(own())));
  expect(sessionCookiesOf(await signInAt(newVisitor(origin), "oidc", member)).length).toBe(2);
});

test.each([
  ["another subject", { sub: MEMBER }],
  ["no subject", { sub: undefined }],
])("userinfo about %s opens no session", async (_what, members) => {
  running.oidc.proxy.respond(PATHS.userinfo, withMembers(members));
  const answer = await signInAt(newVisitor(origin), "oidc", freshName());
  expect(endOf(answer)).toMatchObject({ path: "/login", error: "failed" });
  expect(sessionCookiesOf(answer)).toEqual([]);
});

test("the subject of GitHub is its numeric id, and another user's login name opens nothing", async () => {
  const login = freshName();
  await signUpAt(newVisitor(origin), "github", login);
  running.github.people.set(login, { id: 77, login, name: login, email: null, emails: [] });
  expect(endOf(await signInAt(newVisitor(origin), "github", login))).toEqual({ path: "/signup/complete" });
});

test("a token endpoint's redirect is not followed: the code and the client's secret go nowhere else", async () => {
  const before = running.github.proxy.exchanges.length;
  running.oidc.proxy.respond(PATHS.token, redirectTo(`${running.github.origin}/login/oauth/access_token`));
  const answer = await signInAt(newVisitor(origin), "oidc", member);
  expect(sessionCookiesOf(answer)).toEqual([]);
  expect(endOf(answer)).toMatchObject({ path: "/login", error: expect.stringMatching(/^(?:failed|unavailable)$/) });
  expect(running.github.proxy.exchanges.length).toBe(before);
});
