import { expect, test } from "vitest";

import { deliveries, find, quantities, save } from "./deliveries";

const delivery = (id: string, account: string, startedAt: string) => ({
  id,
  account,
  name: id,
  startedAt,
  scanned: [],
  answered: 0,
});

test("goods and quantities are read line by line, whatever divides them", () => {
  expect(quantities("04870001234560 24\n4870001234577;3\n\n 04870001234560 x 6 ")).toEqual([
    { gtin: "04870001234560", quantity: 30 },
    { gtin: "04870001234577", quantity: 3 },
  ]);
  expect(quantities("04870001234560")).toEqual([{ gtin: "04870001234560", quantity: 1 }]);
});

test("a line that is none makes the whole list none", () => {
  for (const text of ["", "milk 3", "123 4", "04870001234560 many"]) expect(quantities(text)).toBeNull();
});

test("an account sees its own deliveries, the newest first (X4)", async () => {
  await save(delivery("old", "a", "2026-11-19T09:00:00Z"));
  await save(delivery("new", "a", "2026-11-20T09:00:00Z"));
  await save(delivery("of another", "b", "2026-11-20T10:00:00Z"));
  expect((await deliveries("a")).map(({ id }) => id)).toEqual(["new", "old"]);
  expect(await find("of another", "a")).toBeUndefined();
  expect(await find("of another", "b")).toMatchObject({ id: "of another" });
});
