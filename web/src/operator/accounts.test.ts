import { expect, test } from "vitest";

import { roleBody } from "./accounts";

test("a participant or a region goes only with a role that has one", () => {
  const given = { participant: " 123456789012 ", region: " 750000000 " };
  expect(roleBody({ role: "clerk", ...given })).toEqual({ role: "clerk", participant: "123456789012" });
  expect(roleBody({ role: "inspector", ...given })).toEqual({ role: "inspector", region: "750000000" });
  expect(roleBody({ role: "operator", ...given })).toEqual({ role: "operator" });
});
