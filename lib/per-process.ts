// Pages, routes, proxy.ts and instrumentation are separate bundles, and bin/ is outside of them: each has a copy of every
// module, with variables of its own. What the process must have once is kept under a name on globalThis.
const KEY = Symbol.for("movieconnect");
const holder = globalThis as { [KEY]?: Map<string, unknown> };
holder[KEY] ??= new Map();
const values = holder[KEY];

type PerProcess<Value> = {
  /** Makes the value at the first call, whichever bundle calls. */
  get: () => Value;
  /** The value, if there is one yet. */
  peek: () => Value | undefined;
  set: (value: Value) => void;
};

/** A value that exists once in the process. @param name no other value's */
export function perProcess<Value>(name: string, create: () => Value): PerProcess<Value> {
  const peek = () => values.get(name) as Value | undefined;
  const set = (value: Value) => void values.set(name, value);
  const get = () => {
    if (!values.has(name)) set(create());
    return peek() as Value;
  };
  return { get, peek, set };
}

/** Has the value made anew at its next use. @internal for tests that change the environment or the clock */
export function forget(name: string): void {
  values.delete(name);
}
