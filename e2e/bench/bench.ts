// `npm run bench`: everything that is measured, or what is named: `npm run bench -- growth soak`. Every part prints a table,
// and its figures as JSON. Nothing here is asserted: machines differ, and shared ones differ from minute to minute.

const PARTS = {
  ways: () => import("./ways.ts"),
  lane: () => import("./lane.ts"),
  workers: () => import("./workers.ts"),
  growth: () => import("./growth.ts"),
  soak: () => import("./soak.ts"),
  lighthouse: () => import("./lighthouse.ts"),
};

// A module, for the sake of its top-level await.
export {};

const isPart = (name: string): name is keyof typeof PARTS => name in PARTS;
const names = process.argv.slice(2);
const unknown = names.filter((name) => !isPart(name));
if (unknown.length > 0) {
  console.error(`movieconnect: no such bench: ${unknown.join(", ")}. There are ${Object.keys(PARTS).join(", ")}.`);
  process.exit(2);
}
for (const name of names.length > 0 ? names.filter(isPart) : (Object.keys(PARTS) as (keyof typeof PARTS)[])) {
  console.log(`\n${name}`);
  const part = await PARTS[name]();
  await part.bench();
}
