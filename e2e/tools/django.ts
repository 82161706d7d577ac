import { spawnSync } from "node:child_process";

// Debian's packages are there for its own Python, which another one may precede on the path.
const PYTHONS = ["python3", "/usr/bin/python3"];

/** The Python packages of a Django site, by their modules, with Debian's names. */
export const DJANGO_PACKAGES = {
  django: "python3-django",
  rest_framework: "python3-djangorestframework",
  rest_framework_simplejwt: "python3-djangorestframework-simplejwt",
  gunicorn: "python3-gunicorn",
  psycopg2: "python3-psycopg2",
  bcrypt: "python3-bcrypt",
  argon2: "python3-argon2",
  requests: "python3-requests",
};

let found: string | undefined;

/** A Python with what a Django site needs; undefined when there is none. */
export function djangoPython(): string | undefined {
  found ??= PYTHONS.find((python) => missingModules(python).length === 0);
  return found;
}

/** The modules that a Python lacks; all of them without that Python. */
function missingModules(python: string): string[] {
  const modules = Object.keys(DJANGO_PACKAGES);
  const source = `import importlib.util\nprint(*(name for name in ${JSON.stringify(modules)} if not importlib.util.find_spec(name)))`;
  const { status, stdout } = spawnSync(python, ["-c", source], { encoding: "utf8" });
  return status === 0 ? stdout.split(/\s+/).filter(Boolean) : modules;
}
