import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { eventually, withDatabase } from "#e2e/harness.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { type BothSites, startBothSites } from "./both-sites.ts";
import { addCrowd, PASSWORD } from "./crowd.ts";
import { ARRIVAL_MS, intrude } from "./intruders.ts";
import { copyOf, logIn, type Visitor } from "./visitor.ts";
import { canRefresh, keepVisiting, type Walk } from "./visits.ts";

// Two hundred people use a site while its paths move from Django to the application and back, twice, and at last for good.

const WORLDS = [
  {
    world: "over https, from a Django with a blacklist that rotates refresh tokens",
    settings: { hasBlacklist: true, rotates: true },
    variables: { PUBLIC_URL: "https://films.example" },
  },
  {
    world: "over http, from a Django with neither",
    settings: { hasBlacklist: false, rotates: false },
    variables: {},
  },
];
/** Which paths move, where to, and for how many seconds the people use them there. */
const STEPS: [phase: string, paths: string[], backend: "django" | "movieconnect", seconds: number][] = [
  ["all at Django", ["all"], "django", 1],
  ["tokens here", ["/api/token/", "/api/user/logout/"], "movieconnect", 1],
  ["all here", ["all"], "movieconnect", 2],
  ["all back at once", ["all"], "django", 3],
  ["all here at once", ["all"], "movieconnect", 2],
  ["the profile back", ["/api/user/profile/"], "django", 1],
  ["all back", ["all"], "django", 3],
  ["for good", ["all"], "movieconnect", ARRIVAL_MS / 1_000 + 1],
];

let sites: BothSites | undefined;
afterEach(() => sites?.stop());

test.runIf(djangoPython()).each(WORLDS)(
  "$world, nobody is logged out who should not be, and nobody gets in who should not",
  async (world) => {
    const { hasBlacklist } = world.settings;
    sites = await startBothSites(
      { userModel: "api.GenericUser", ...world.settings },
      {
        ...world.variables,
        LEGACY_SIMPLEJWT: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
        ACCESS_TOKEN_IN_BODY: "on",
        // Tokens expire during the walk.
        ACCESS_TOKEN_LIFETIME: "10",
        REFRESH_GRACE: "5",
      },
    );
    const { django, mover } = sites;
    const crowd = addCrowd(django, 190);
    const before = await fingerprint(django.url);
    const importing = ["import", "django", "--from", mover, "--without-birth-date", "keep", "--without-email", "keep"];
    await sites.manage(...importing);
    const { nginx, application, log } = await sites.serve();
    sites.follow(...importing);
    if (hasBlacklist) sites.follow("export", "django", "--to", mover);

    const walk: Walk = {
      origin: nginx.http,
      phase: "",
      isOver: false,
      faults: [],
      loggingIn: new Set(),
      leaving: new Set(),
      left: [],
    };
    const visits = crowd.visitors.map((visitor, index) => keepVisiting(walk, visitor, index % 10 === 5));
    for (const [phase, paths, backend, seconds] of STEPS) {
      walk.phase = phase;
      await nginx.move(...paths, "to", backend);
      // Without a blacklist a logout at Django ends nothing, at Django neither.
      chooseSome(walk, crowd.visitors, { leave: hasBlacklist || backend === "movieconnect" });
      await Promise.all([pause(seconds * 1_000), intrude(walk, sites, application, crowd)]);
      // Where they were to leave, and not where the paths go next.
      await eventually(() => walk.left.length === walk.leaving.size || walk.faults.length > 0);
    }
    await intrude(walk, sites, application, crowd);
    walk.isOver = true;
    await Promise.all(visits);
    expect(walk.faults.slice(0, 10)).toEqual([]);
    expect(walk.left.length).toBeGreaterThan(15);

    for (const visitor of crowd.visitors.slice(-6)) {
      expect((await logIn(application, copyOf(visitor), `${PASSWORD}?`)).status, log().split("\n").filter(isBug).join("\n")).toBe(
        401,
      );
      expect((await logIn(application, copyOf(visitor))).status).toBe(visitor.password === null ? 400 : 200);
    }
    expect(log().split("\n").filter(isBug)).toEqual([]);
    // The role of both commands may write nothing but rows of the blacklist, and nothing else changed a user.
    expect(await fingerprint(django.url)).toEqual(before);
  },
  600_000,
);

/** Whether a line of the application's log tells of a bug. */
const isBug = (line: string) => /"level":(?:50|60|"error"|"fatal")/.test(line);

/** Has two of them log in, and four log out. */
function chooseSome(walk: Walk, visitors: Visitor[], { leave }: { leave: boolean }): void {
  const able = visitors.filter((visitor) => canRefresh(visitor) && !walk.leaving.has(visitor));
  for (const visitor of leave ? able.slice(0, 4) : []) walk.leaving.add(visitor);
  for (const visitor of able.filter(({ password }) => password !== null).slice(-2)) walk.loggingIn.add(visitor);
}

/** What Django has of its users, but for their hashes: Django makes some anew at a login. */
const fingerprint = (url: string) =>
  withDatabase(url, (query) => query("select id, to_jsonb(u) - 'password' as said from api_genericuser u order by id"));
