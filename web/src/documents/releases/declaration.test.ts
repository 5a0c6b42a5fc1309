import { expect, test } from "vitest";

import { dayOfDeclaration } from "./declaration";

test("the number of a customs declaration holds its day", () => {
  expect(dayOfDeclaration(" 55301/201126/0012345 ")).toBe("2026-11-20");
  for (const number of ["", "55301/201126", "5530/201126/0012345"]) expect(dayOfDeclaration(number)).toBeUndefined();
});
