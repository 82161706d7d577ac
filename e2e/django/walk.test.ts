import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Answer } from "#e2e/client.ts";
import { sign } from "#e2e/forge.ts";
import { withDatabase } from "#e2e/harness.ts";
import { startPostgresWithRoles } from "#e2e/postgres-with-roles.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { startBothSites } from "./both-sites.ts";
import { addCrowd, PASSWORD } from "./crowd.ts";
import { copyOf, getProfile, logIn, logOut, refresh, type Visitor } from "./visitor.ts";

// Two hundred people use a site while its paths move from Django to the application and back, twice, and at last for good.

const WORLDS = [
  {
    world: "over https, from a Django with a blacklist that rotates",
    settings: { hasBlacklist: true, rotates: true },
    variables: { PUBLIC_URL: "https://films.example" },
  },
  {
    world: "over http, from a Django with neither",
    settings: { hasBlacklist: false, rotates: false },
    variables: {},
  },
];
/** How long a logout at one site may take to arrive at the other: a poll of the blacklist, one of the revocations, and some load. */
const ARRIVAL_MS = 4_000;

let postgres: Awaited<ReturnType<typeof startPostgresWithRoles>>;

beforeAll(async () => {
  if (djangoPython() !== undefined) postgres = await startPostgresWithRoles("application");
});
afterAll(() => postgres?.stop());

test.runIf(djangoPython()).each(WORLDS)(
  "$world, nobody is logged out who should not be, and nobody gets in who should not",
  async ({ world, settings: { hasBlacklist, rotates }, variables }) => {
    const sites = await startBothSites(
      postgres,
      `django_${WORLDS.findIndex((each) => each.world === world)}`,
      {
        ...{ userModel: "api.GenericUser", hasBlacklist, rotates },
      },
      {
        ...variables,
        LEGACY_SIMPLEJWT: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
        ACCESS_TOKEN_IN_BODY: "on",
        // Tokens expire during the walk.
        ACCESS_TOKEN_LIFETIME: "5",
        REFRESH_GRACE: "2",
      },
    );
    const { django, mover } = sites;
    const { visitors, shut } = addCrowd(django, 190);
    const before = await fingerprint(django.url);
    const policies = ["--without-birth-date", "keep", "--without-email", "keep"];
    await sites.manage("import", "django", "--from", mover, ...policies);
    const { nginx, application } = await sites.serve();
    sites.follow("import", "django", "--from", mover, ...policies);
    if (hasBlacklist) sites.follow("export", "django", "--to", mover);

    const faults: unknown[] = [];
    const left: { visitor: Visitor; at: number }[] = [];
    const leaving = new Set<Visitor>();
    let phase = "";
    let isOver = false;
    const holds = (visitor: Visitor, step: string, { status, text, json }: Answer) => {
      if (status === 200 && (step !== "profile" || json.username === visitor.username)) return true;
      faults.push({ phase, step, ...visitor, status, text });
      return false;
    };

    /** Uses the site as its pages and apps do: on a 401 one refresh, and the same request again. */
    const visit = async (visitor: Visitor, index: number) => {
      const isRestless = index % 10 === 5;
      while (!isOver) {
        await pause(isRestless ? 100 : 300 + Math.random() * 1_500);
        const canRefresh = Object.keys(visitor.tokens).some((name) => name.includes("refresh"));
        if (visitor.password !== null && Math.random() < 0.01) holds(visitor, "login", await logIn(nginx.http, visitor));
        if (canRefresh && (isRestless || leaving.has(visitor) || Math.random() < 0.2)) {
          if (!holds(visitor, "refresh", await refresh(nginx.http, visitor))) return;
        }
        if (leaving.has(visitor)) {
          left.push({ visitor: copyOf(visitor), at: Date.now() });
          holds(visitor, "logout", await logOut(nginx.http, visitor));
          return;
        }
        let profile = await getProfile(nginx.http, visitor);
        if (profile.status === 401 && canRefresh) {
          if (!holds(visitor, "refresh after a 401", await refresh(nginx.http, visitor))) return;
          profile = await getProfile(nginx.http, visitor);
        }
        if (!holds(visitor, "profile", profile)) return;
      }
    };

    /** Those who logged out, were disabled or deleted, guess, or forge. */
    const intrude = async () => {
      const tries = async (who: string, origin: string, attempts: Promise<Answer>[]) => {
        for (const { status, text } of await Promise.all(attempts))
          if (status !== 401) faults.push({ phase, who, origin, status, text });
      };
      for (const [who, each] of Object.entries(shut)) {
        for (const visitor of each.map(copyOf)) {
          await tries(who, application, [getProfile(application, visitor), refresh(application, copyOf(visitor))]);
          await tries(who, django.origin, [getProfile(django.origin, visitor)]);
        }
      }
      for (const { visitor } of left.filter(({ at }) => Date.now() - at > ARRIVAL_MS)) {
        await tries("logged out", application, [getProfile(application, copyOf(visitor)), refresh(application, copyOf(visitor))]);
        if (hasBlacklist) await tries("logged out", django.origin, [refresh(django.origin, copyOf(visitor))]);
      }
      for (const forged of forgeries(django.settings.secret)) {
        for (const origin of [application, django.origin]) await tries("forged", origin, [getProfile(origin, forged)]);
      }
    };

    const visiting = visitors.map(visit);
    const steps: [name: string, paths: string[], backend: "django" | "movieconnect", seconds: number][] = [
      ["at Django", ["all"], "django", 2],
      ["tokens here", ["/api/token/", "/api/user/logout/"], "movieconnect", 3],
      ["all here", ["all"], "movieconnect", 4],
      ["all back at once", ["all"], "django", 4],
      ["all here at once", ["all"], "movieconnect", 3],
      ["profile back", ["/api/user/profile/"], "django", 2],
      ["all back", ["all"], "django", 4],
      ["for good", ["all"], "movieconnect", 5],
    ];
    for (const [name, paths, backend, seconds] of steps) {
      phase = name;
      await nginx.move(...paths, "to", backend);
      // Without a blacklist a logout at Django ends nothing, at Django neither.
      const isLogoutKept = hasBlacklist || backend === "movieconnect";
      if (isLogoutKept) for (const visitor of visitors.filter((each) => !leaving.has(each)).slice(0, 4)) leaving.add(visitor);
      await Promise.all([pause(seconds * 1_000), intrude()]);
      if (faults.length > 10) break;
    }
    await pause(ARRIVAL_MS);
    await intrude();
    isOver = true;
    await Promise.all(visiting);
    expect(faults.slice(0, 10)).toEqual([]);
    expect(left.length).toBeGreaterThan(10);

    // Every format logs in here, and no wrong password does.
    for (const visitor of visitors.slice(-12).map(copyOf)) {
      expect((await logIn(application, copyOf(visitor), `${PASSWORD}?`)).status).toBe(401);
      expect((await logIn(application, visitor, visitor.password ?? PASSWORD)).status).toBe(
        visitor.password === null ? 401 : 200,
      );
    }
    await sites.stop();
    // The role of both commands may write nothing but rows of the blacklist. Nor did anything else change the users.
    expect(await fingerprint(django.url)).toEqual(before);
  },
);

/** Access tokens of people who never logged in. */
function forgeries(secret: string): Visitor[] {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { token_type: "access", exp: now + 60, iat: now, jti: "0".repeat(32), user_id: 1 };
  const tokens = [
    sign(claims, "another secret that is long enough to sign with"),
    sign({ ...claims, token_type: "refresh" }, secret),
    sign({ ...claims, exp: now - 60 }, secret),
    sign({ ...claims, user_id: 999_999_999 }, secret),
    `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${sign(claims, secret).split(".")[1]}.`,
  ];
  return tokens.map((access) => ({ username: "nobody", password: null, keeps: "bodies", tokens: { access } }));
}

const fingerprint = (url: string) =>
  withDatabase(url, (query) => query("select count(*), md5(string_agg(u::text, ',' order by id)) from api_genericuser u"));
