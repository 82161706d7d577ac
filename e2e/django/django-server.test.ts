import { afterAll, beforeAll, expect, test } from "vitest";
import { startPostgresWithRoles } from "#e2e/postgres-with-roles.ts";
import { djangoPython } from "#e2e/tools/django.ts";
import { type Django, startDjango } from "./django-server.ts";

// The site that the other tests move from behaves as such sites do.

const PASSWORD = "seven-samurai-1954";
const HASHERS = ["default", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt", "unusable"] as const;

let postgres: Awaited<ReturnType<typeof startPostgresWithRoles>>;
let django: Django;
beforeAll(async () => {
  if (djangoPython() === undefined) return;
  postgres = await startPostgresWithRoles("application");
  django = await startDjango(postgres.superuser, "django_site", { userModel: "api.GenericUser", rotates: true });
});
afterAll(async () => {
  await django?.stop();
  await postgres?.stop();
});

test.runIf(djangoPython())("Django encodes passwords in each format, and logs in with all but an unusable one", async () => {
  const made = django.addPeople(
    HASHERS.map((hasher) => ({ username: hasher, email: `${hasher}@example.com`, password: PASSWORD, hasher })),
  );
  expect(made.map(({ encoded }) => encoded.replace(/\$.*|(?<=!).*/, ""))).toEqual([
    ...["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt", "!"],
  ]);
  const statuses = await Promise.all(
    HASHERS.map(async (username) => {
      const body = JSON.stringify({ username, password: PASSWORD });
      const headers = { "content-type": "application/json", connection: "close" };
      return (await fetch(`${django.origin}/api/token/`, { method: "POST", headers, body })).status;
    }),
  );
  expect(statuses).toEqual([200, 200, 200, 200, 200, 401]);
});
