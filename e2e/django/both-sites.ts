import { join } from "node:path";
import { withDatabase } from "#e2e/harness.ts";
import { type Launched, launch } from "#e2e/launch.ts";
import { startNginx } from "#e2e/nginx-server.ts";
import { startPostgresWithRoles } from "#e2e/postgres-with-roles.ts";
import { type DjangoSettings, startDjango } from "./django-server.ts";

// A Django site and the application beside it, with databases on one server, and Nginx before both.

const command = (...args: string[]) => ({ command: [process.execPath, "--import", "tsx", ...args] });
const PROXY = { TRUSTED_PROXIES: "127.0.0.1" };

export type BothSites = Awaited<ReturnType<typeof startBothSites>>;

/**
 * Starts Django. The application and Nginx start later: when the users have been imported.
 * @param variables of the application and its commands
 */
export async function startBothSites(settings: Partial<DjangoSettings>, variables: Record<string, string>) {
  const postgres = await startPostgresWithRoles("application");
  const django = await startDjango(postgres.superuser, "django_site", settings);
  const mover = await createMover(postgres.superuser, django.url, django.settings.hasBlacklist);
  const environment = { DATABASE_URL: postgres.application, AUTH_SECRET: django.settings.secret, ...PROXY, ...variables };
  await succeed(
    launch(
      { ...environment, DATABASE_URL: postgres.owner, APP_DATABASE_URL: postgres.application },
      command(join("bin", "migrate.ts")),
    ),
  );
  const running: (() => Promise<unknown>)[] = [];
  const follow = (...args: string[]) => {
    const launched = launch(environment, command(join("bin", "manage.ts"), ...args, "--follow"));
    running.unshift(() => end(launched));
    return launched;
  };
  return {
    django: { ...django, origin: notDocumented(django.origin) },
    /** Django's database, for a role that may read all of it and write nothing but rows of the blacklist. */
    mover,
    /** Runs a command of `manage`. @returns what it prints. @throws where it fails, with what it says */
    manage: (...args: string[]) => succeed(launch(environment, command(join("bin", "manage.ts"), ...args))),
    /** Starts a command of `manage` that goes on until the sites stop. */
    follow,
    /** Starts the application, and Nginx before both. */
    serve: async () => {
      const server = launch(environment, command(join("bin", "serve.ts")));
      running.push(() => end(server));
      const application = await server.origin;
      const hosts = [application, django.origin].map((origin) => new URL(origin).host);
      const [upstream = "", legacyUpstream = ""] = hosts;
      const nginx = await startNginx({ mode: "development", upstreams: [upstream], legacyUpstream, trustedProxies: "127.0.0.1" });
      running.unshift(nginx.stop);
      return { application: notDocumented(application), nginx, log: () => server.output() + server.errors() };
    },
    stop: async () => {
      for (const stop of running) await stop();
      await django.stop();
      await postgres.stop();
    },
  };
}

/** By this name the answers are not compared with the API's document: it is that of a server with other settings. */
const notDocumented = (origin: string) => origin.replace("127.0.0.1", "localhost");

async function createMover(superuser: string, djangoUrl: string, hasBlacklist: boolean): Promise<string> {
  const url = Object.assign(new URL(djangoUrl), { username: "mover", password: "mover" });
  const database = Object.assign(new URL(superuser), { pathname: url.pathname });
  await withDatabase(database.href, async (query) => {
    await query("do $$ begin create role mover login password 'mover'; exception when duplicate_object then null; end $$");
    await query("grant select on all tables in schema public to mover");
    if (!hasBlacklist) return;
    await query("grant insert on token_blacklist_outstandingtoken, token_blacklist_blacklistedtoken to mover");
    await query("grant usage on all sequences in schema public to mover");
  });
  return url.href;
}

async function succeed(launched: Launched): Promise<string> {
  const status = await launched.ended;
  if (status !== 0) throw new Error(`ended with ${status}:\n${launched.output()}${launched.errors()}`);
  return launched.output();
}

async function end(launched: Launched): Promise<void> {
  launched.process.kill("SIGTERM");
  await launched.ended;
}
