import { expect, test } from "vitest";

import type { Role } from "./route";
import { home, page, sections, ways } from "./registry.svelte";

const ROLES: Role[] = ["clerk", "participant", "inspector", "operator", "auditor"];

test("a path leads to its page, with what the path names", () => {
  expect(page("/").props).toEqual({});
  expect(page("/app/work/reports/TB-26-0000123").props).toEqual({ number: "TB-26-0000123" });
  expect(page("/app/reports/TB-26-0000123").key).not.toBe(page("/app/reports/TB-26-0000124").key);
});

test("a link printed on a label is kept as printed", () => {
  expect(page("/01/04870001234560/21/ABC").props).toEqual({ link: "https://tanba.test/app/" });
});

test("a path without a page leads to the page that says so", async () => {
  const { Page } = await page("/app/nowhere").load();
  const { default: Missing } = await import("./MissingPage.svelte");
  expect(Page).toBe(Missing);
});

test("every role begins its work on a page that it may see", async () => {
  for (const role of ROLES) {
    const { roles, Guard } = await page(home(role)).load();
    expect(roles, role).toContain(role);
    expect(Guard, role).toBeDefined();
  }
});

test("everybody has the ways that need no account, in their places", () => {
  expect(ways().map(({ href }) => href)).toEqual(["/", "/app/history", "/app/reports", "/app/settings"]);
});

test("each role has its own sections of the register", () => {
  const slugs = (role: Role) => sections(role).map(({ slug }) => slug);
  expect(slugs("participant")).toEqual(["orders", "products", "shipments", "participants"]);
  expect(slugs("operator")).toEqual(["orders", "products", "participants", "sequences", "accounts", "keys", "jobs"]);
  expect(slugs("auditor")).toEqual(["audit"]);
  expect(slugs("clerk")).toEqual([]);
});
