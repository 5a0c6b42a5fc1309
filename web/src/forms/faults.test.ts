import { expect, test } from "vitest";

import { covers, fieldName } from "./faults";

test("a fault belongs to the field of its path, and to fields around it", () => {
  expect(covers("units", "units")).toBe(true);
  expect(covers("units", "units.ranges[0].first")).toBe(true);
  expect(covers("name", "name.kk")).toBe(true);
  expect(covers("name", "names")).toBe(false);
  expect(covers("units.last", "units")).toBe(false);
});

test("a field is called by the last part of its path that has a name", () => {
  expect(fieldName("items[3].gtin")).toBe("web-fact-gtin");
  expect(fieldName("something.else")).toBe("");
});
