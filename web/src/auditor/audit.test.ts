import { expect, test } from "vitest";

import { filterOf } from "./audit";

test("days are those of Kazakhstan, the last one to its end; what is empty is left out", () => {
  expect(filterOf({ actor: " ", action: "", object: " TB-1 ", from: "2026-11-20", to: "2026-11-20" })).toEqual({
    object: "TB-1",
    from: "2026-11-19T19:00:00.000Z",
    to: "2026-11-20T19:00:00.000Z",
  });
});
