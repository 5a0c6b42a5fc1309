import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect, test } from "vitest";

import { audiences, closure, startOf } from "./closure";
import { SETS, keys } from "./words";

const SETS_OF = new Map(Object.keys(SETS).map((set) => [set, new Set(keys("../locales", set))]));
const KNOWN = new Set([...SETS_OF.values()].flatMap((set) => [...set]));

/** The keys that modules name. */
function named(files: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of files)
    for (const [, key = ""] of readFileSync(file, "utf8").matchAll(/["'`]([a-z]+(?:-[a-z0-9]+)+)["'`]/g))
      if (KNOWN.has(key)) found.set(key, file);
  return found;
}

/** The keys that are named but in none of the sets. */
function lacking(files: Iterable<string>, sets: string[]): string[] {
  const there = (key: string) => sets.some((set) => SETS_OF.get(set)?.has(key));
  return [...named(files)].filter(([key]) => !there(key)).map(([key, file]) => `${key} (${file})`);
}

/** The names of sections are said on the register's page, which has its words. */
const isLater = (file: string): boolean =>
  file.endsWith("/audience.ts") && readFileSync(file, "utf8").includes("sections:");

test("what comes first names only words that come first", () => {
  expect(
    lacking(
      [...startOf("src")].filter((file) => !isLater(file)),
      ["public"],
    ),
  ).toEqual([]);
});

test("what is prepared for the verdict names only words that come first", () => {
  const next = ["VerdictPage", "TypeCode", "SeveralCodes"].map((name) => resolve("src/consumer", `${name}.svelte`));
  expect(lacking(closure(next), ["public"])).toEqual([]);
});

test("the pages of an audience name only words of the sets that it loads", () => {
  for (const audience of audiences("src")) {
    const folder = join(audience, "..");
    const text = readFileSync(audience, "utf8");
    const sets = ["public", ...Object.keys(SETS).filter((set) => text.includes(`"${set}"`))];
    // Sections are part of the register's page.
    if (text.includes("sections:")) sets.push("more", "staff");
    const pages = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("Page.svelte"))
      .map((name) => join(folder, name));
    expect(lacking(closure(pages), sets), audience).toEqual([]);
  }
});

test("no word is in two sets", () => {
  const all = [...SETS_OF.values()].flatMap((set) => [...set]);
  expect(all.length).toBe(new Set(all).size);
});
