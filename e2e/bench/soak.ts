import { startPostgres, withDatabase } from "#e2e/harness.ts";
import { median } from "./figures.ts";
import { loggingIn, logIn, measure, refreshing, signingUp, signUp } from "./load.ts";
import { openDescriptors, residentMegabytes } from "./process-figures.ts";
import { startForBench } from "./server.ts";

// Ten minutes of everything at once: what does not come back down shows here.

const MINUTES = 10;
const EVERY_SECONDS = 10;
type Sample = { megabytes: number; descriptors: number; connections: number };

export async function bench(): Promise<void> {
  const postgres = await startPostgres();
  const server = await startForBench({ DATABASE_URL: postgres.url, BCRYPT_COST: "10" });
  const username = await signUp(server);
  const cookie = await logIn(server, username);
  const seconds = MINUTES * 60;
  const loads = {
    profile: measure(server, { path: "/api/user/profile/", connections: 4, headers: { cookie }, overallRate: 200 }, seconds),
    page: measure(server, { path: "/", connections: 2, headers: { cookie }, overallRate: 20 }, seconds),
    refresh: measure(server, { ...(await refreshing(server, username, 4)), overallRate: 100 }, seconds),
    login: measure(server, { ...loggingIn(username, 2), overallRate: 4 }, seconds),
    signup: measure(server, { ...signingUp(2), overallRate: 2 }, seconds),
  };
  const samples: Sample[] = [];
  for (let count = 0; count < seconds / EVERY_SECONDS; count += 1) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_SECONDS * 1_000));
    const [row] = await withDatabase(postgres.url, (query) =>
      query("select count(*)::int as count from pg_stat_activity where application_name = 'movieconnect'"),
    );
    samples.push({
      megabytes: Math.max(...residentMegabytes(server.workers)),
      descriptors: Math.max(...openDescriptors(server.workers)),
      connections: Number(row?.count),
    });
  }
  const names = Object.keys(loads) as (keyof typeof loads)[];
  const figures = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await loads[name]] as const)));
  const minutes = Array.from({ length: MINUTES }, (_, minute) => mediansOf(samples.slice(minute * 6, minute * 6 + 6)));
  console.table(Object.fromEntries(minutes.map((sample, minute) => [`minute ${minute + 1}`, sample])));
  console.log(JSON.stringify({ minutes, figures }));
  await server.stop();
  await postgres.stop();
}

function mediansOf(samples: Sample[]): Sample {
  const of = (name: keyof Sample) => median(samples.map((sample) => sample[name]));
  return { megabytes: of("megabytes"), descriptors: of("descriptors"), connections: of("connections") };
}
