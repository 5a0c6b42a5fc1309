import { readdirSync } from "node:fs";

import { expect, test } from "vitest";

import { KINDS, kindsOf } from "./kind";

const folders = readdirSync("src/documents", { withFileTypes: true }).filter((entry) => entry.isDirectory());

test("every folder of documents is a kind, named as in the API", () => {
  expect(KINDS.map(({ slug }) => slug).sort()).toEqual(folders.map(({ name }) => name).sort());
});

test("a participant files every kind, an operator recalls alone", () => {
  expect(kindsOf("participant")).toHaveLength(KINDS.length);
  expect(kindsOf("operator").map(({ slug }) => slug)).toEqual(["recalls"]);
  expect(kindsOf("clerk")).toEqual([]);
  expect(kindsOf(undefined)).toEqual([]);
});
