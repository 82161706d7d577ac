import { expect, test } from "vitest";
import { describeServer } from "./requirements";

const GOOD = {
  ...{ version: 180_004, version_name: "18.4", encoding: "UTF8", database: "films", is_standby: false },
  ...{ may_use: true, role: "ann", is_superuser: false, timeout_ms: 1_500 },
};

test("a Postgres that is too old is named, with what is needed", () => {
  expect(describeServer(GOOD)).toEqual([]);
  expect(describeServer({ ...GOOD, version: 130_000 })).toEqual([]);
  const old = describeServer({ ...GOOD, version: 120_022, version_name: "12.22" });
  expect(old).toEqual(["Postgres 12.22 is too old: MovieConnect needs version 13 or later"]);
});
