import { expect, test } from "vitest";

import { match } from "./router.svelte";

test("a pattern fits the paths that have its parts, with or without a slash at their end", () => {
  expect(match("/app/reports", "/app/reports")).toEqual({});
  expect(match("/app/reports", "/app/reports/")).toEqual({});
  expect(match("/", "/")).toEqual({});
});

test("a part that begins with a colon is named and decoded", () => {
  expect(match("/app/reports/:number", "/app/reports/TB-26-0000123")).toEqual({ number: "TB-26-0000123" });
  expect(match("/app/scans/:id", "/app/scans/a%2Fb")).toEqual({ id: "a/b" });
});

test("other paths do not fit", () => {
  for (const path of ["/", "/app", "/app/reports/1/2", "/app/Reports/1"])
    expect(match("/app/reports/:number", path)).toBeUndefined();
  expect(match("/", "/app")).toBeUndefined();
});

test("a part that can not be decoded fits no pattern", () => {
  expect(match("/app/scans/:id", "/app/scans/%E0%A4%A")).toBeUndefined();
});
