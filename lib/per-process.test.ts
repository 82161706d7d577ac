import { expect, test, vi } from "vitest";

test("copies of the module, as bundles have them, share one value", async () => {
  const first = await import("./per-process.ts");
  vi.resetModules();
  const second = await import("./per-process.ts");
  expect(second.perProcess).not.toBe(first.perProcess);

  const create = vi.fn(() => ({ count: 0 }));
  const [one, other] = [first.perProcess("shared", create), second.perProcess("shared", create)];
  expect(one.peek()).toBeUndefined();
  expect(other.get()).toBe(one.get());
  expect(create).toHaveBeenCalledOnce();

  other.set({ count: 5 });
  expect(one.peek()).toEqual({ count: 5 });
});

test("a value may be undefined and is still made once", async () => {
  const { perProcess } = await import("./per-process.ts");
  const create = vi.fn(() => undefined);
  const { get } = perProcess("nothing", create);
  expect([get(), get()]).toEqual([undefined, undefined]);
  expect(create).toHaveBeenCalledOnce();
});
