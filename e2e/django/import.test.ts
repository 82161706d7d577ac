import { afterAll, beforeAll, expect, test } from "vitest";
import { withDatabase } from "#e2e/harness.ts";
import { launch } from "#e2e/launch.ts";
import { startPostgresWithRoles } from "#e2e/postgres-with-roles.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { type Django, startDjango } from "./django-server.ts";
import { migrate } from "./migrate.ts";

const COMMAND = [process.execPath, "--import", "tsx", "bin/manage.ts"];

let postgres: Awaited<ReturnType<typeof startPostgresWithRoles>>;
let django: Django;
beforeAll(async () => {
  if (djangoPython() === undefined) return;
  postgres = await startPostgresWithRoles("application");
  await migrate(postgres);
  django = await startDjango(postgres.superuser, "django_site", { userModel: "api.GenericUser" });
});
afterAll(async () => {
  await django?.stop();
  await postgres?.stop();
});

const importIt = (...options: string[]) => {
  const command = [...COMMAND, "import", "django", "--from", django.url, ...options];
  return launch({ DATABASE_URL: postgres.application }, { command });
};

test.runIf(djangoPython())("first", async () => {
  django.addPeople([
    { username: "ann", email: "ann@example.com", password: "x", birth_date: "1990-01-02" },
    { username: "bob", password: "y" },
  ]);
  const run = importIt();
  console.log(await run.ended, run.output(), run.errors());
  console.log(await withDatabase(postgres.owner, (q) => q("select * from users")));
  const again = importIt("--without-birth-date", "keep", "--without-email", "keep");
  console.log(await again.ended, again.output(), again.errors());
  console.log(
    await withDatabase(postgres.owner, (q) =>
      q("select * from users join passwords on user_id=id join django_users using (user_id)"),
    ),
  );
  const third = importIt("--without-birth-date", "keep", "--without-email", "keep");
  console.log(await third.ended, third.output(), third.errors());
});
