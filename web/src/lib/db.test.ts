import { expect, test } from "vitest";

import * as db from "./db";

test("without IndexedDB things are kept until the page is closed", async () => {
  await db.put("core", "outbox", 3);
  await db.put("core", "root", "abc");
  expect(await db.find("core", "outbox")).toBe(3);
  expect(await db.find("core", "keys")).toBeUndefined();
  expect(await db.list("core")).toEqual([3, "abc"]);
  await db.remove("core", "outbox", "nothing");
  expect(await db.list("core")).toEqual(["abc"]);
  await db.clear("core");
  expect(await db.list("core")).toEqual([]);
});
