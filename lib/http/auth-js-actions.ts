import "server-only";

import { z } from "zod";
import { walk } from "#lib/answers.ts";
import type { Call, Said } from "#lib/providers/auth-js-paths.ts";
import { returnPath } from "#lib/providers/return-path.ts";
import { providerPath } from "#lib/schemas.ts";
import type { ProviderId } from "#lib/settings/providers.ts";
import type { Declaration } from "./declaration.ts";

type Paths = typeof import("#lib/providers/auth-js-paths.ts");
type Act = (paths: Paths, call: Call, provider: ProviderId) => Promise<Said>;
export type Action = { declaration: Declaration; act: Act };

const form = z.object({
  csrfToken: z.string().optional().meta({ description: "Of `csrf`, whose cookie comes along." }),
  callbackUrl: z.string().optional().meta({ description: "Where to go afterwards: a path or a URL of this site." }),
});
const session = z
  .object({ user: z.object({ id: z.string(), name: z.string() }), expires: z.iso.datetime() })
  .nullable()
  .meta({ examples: [{ user: { id: "1", name: "ann" }, expires: "2026-11-26T09:35:00.000Z" }] });
const AS_FORM = "Auth.js' client sends a form; JSON does as well.";
const ON_REQUEST = "With the header `X-Auth-Return-Redirect` the URL comes as JSON.";

// In place of a page of its own that Auth.js would show. Its client leads there if it is told of no provider.
const toLogin: Act = async (_paths, { origin, fields: { error, callbackUrl } }) => {
  const next = returnPath(callbackUrl, origin);
  const said = { ...(error === undefined ? {} : { error: "failed" }), ...(next === "/" ? {} : { next }) };
  const query = new URLSearchParams(said).toString();
  return { url: `${origin}/login${query && `?${query}`}`, cookies: [] };
};
const loginPage = (when: string): Action => ({
  declaration: {
    public: true,
    summary: `The login page, ${when}`,
    description: "In place of a page of Auth.js.",
    answers: { 302: null },
  },
  act: toLogin,
});

/** Auth.js' paths below /api/auth, and their methods. Whatever is not here is not there. */
export const ACTIONS: Record<string, Record<string, Action>> = {
  session: {
    GET: {
      declaration: {
        public: true,
        summary: "The session, for useSession()",
        description: "Null for a visitor. Renewed first if the access token has expired. `expires` is the access token's.",
        answers: { 200: session },
        refuses: ["unavailable"],
      },
      act: (paths, call) => paths.saySession(call),
    },
    POST: {
      declaration: {
        public: true,
        summary: "The session, for update()",
        description: `As GET: nothing of it can be set. ${AS_FORM}`,
        body: form,
        answers: { 200: session },
        refuses: ["unavailable"],
      },
      // Without a look at the CSRF token: it is a read.
      act: (paths, call) => paths.saySession(call),
    },
  },
  csrf: {
    GET: {
      declaration: {
        public: true,
        summary: "A CSRF token",
        description: "For the forms of `signin` and `signout`.",
        answers: { 200: z.object({ csrfToken: z.string() }) },
      },
      act: (paths, call) => paths.sayCsrfToken(call),
    },
  },
  providers: {
    GET: {
      declaration: {
        public: true,
        summary: "The providers that are switched on",
        description: "By their ids.",
        answers: { 200: z.record(z.string(), z.looseObject({ id: z.string(), name: z.string() })) },
      },
      act: (paths, call) => paths.sayProviders(call),
    },
  },
  signin: { GET: loginPage("for signIn()") },
  "signin/{provider}": {
    POST: {
      declaration: {
        public: true,
        summary: "Sign in with a provider",
        description: `Leads to the provider, or to the login page if that fails. ${ON_REQUEST} ${AS_FORM}`,
        limit: "provider",
        params: providerPath,
        body: form,
        answers: { 200: walk, 302: null },
      },
      act: (paths, call, provider) => paths.startSignIn(call, provider),
    },
  },
  "callback/{provider}": {
    GET: {
      declaration: {
        public: true,
        summary: "Come back from a provider",
        description: "Leads to where the walk to the provider ends. Register its URL with the provider.",
        limit: "provider",
        params: providerPath,
        answers: { 302: null },
      },
      act: (paths, call, provider) => paths.endWalk(call, provider),
    },
  },
  signout: {
    POST: {
      declaration: {
        public: true,
        summary: "Log out, for signOut()",
        description: `As the API's logout, also with a refresh cookie alone. ${ON_REQUEST} ${AS_FORM}`,
        body: form,
        answers: { 200: walk, 302: null },
        refuses: ["unavailable"],
      },
      act: (paths, call) => paths.signOut(call),
    },
  },
  error: { GET: loginPage("after a failure") },
};
