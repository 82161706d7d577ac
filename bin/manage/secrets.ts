import type { Database } from "#db/pool.ts";
import { config, presetConfig } from "#lib/config.ts";
import { resealSecrets } from "#lib/factors/reseal.ts";
import { type SealingKey, sealingKeys } from "#lib/factors/sealing-keys.ts";
import { applicationSecret } from "./application-secret.ts";
import type { Arguments } from "./arguments.ts";
import { columns } from "./columns.ts";

/** The command `secrets`: which secret of `AUTH_SECRET` may be removed. No secret is shown, only the id of the key made from it. */
export async function manageSecrets(db: Database, { values: { reseal = false } }: Arguments) {
  presetConfig(config().DATABASE_URL, await applicationSecret());
  const resealed = reseal ? await resealSecrets(db) : 0;
  const { listed, unlisted } = await sealingKeys(db);
  const secrets = listed.map(({ key, sealed }, index) => ({ position: index + 1, key, sealed }));
  const rows = [
    ...secrets.map(({ position, key, sealed }) => [`${position}`, key, `${sealed}`, outlook(position, sealed)]),
    ...unlisted.map(({ key, sealed }) => [
      "not listed",
      key,
      `${sealed}`,
      "what it sealed can't be opened: its codes are refused",
    ]),
  ];
  const lines = [...(reseal ? [`Sealed anew: ${resealed}.`] : []), ...columns(["secret", "key", "sealed", ""], rows)];
  return { lines, json: { ...(reseal ? { resealed } : {}), secrets, unlisted } };
}

function outlook(position: number, sealed: SealingKey["sealed"]): string {
  if (position === 1) return "signs and seals what is new";
  if (sealed > 0) return "needed: within PRUNE_INTERVAL_SECONDS, or by --reseal, the first seals what it has sealed";
  return "may be removed, a day after all processes began to run with another first secret";
}
