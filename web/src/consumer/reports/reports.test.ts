import { expect, test } from "vitest";

import { Away, Refusal } from "../../lib/api";
import { pauseAfter } from "./reports.svelte";

const busy = (retryAfter?: number) =>
  new Refusal({ type: "/problems/busy", slug: "busy", title: "Busy", detail: "Busy.", status: 503 }, retryAfter);

test("without a connection it is looked again in a minute", () => {
  expect(pauseAfter(new Away("offline"), 5, 1)).toEqual({ why: "offline", pause: 60_000 });
});

test("a busy server is left alone twice as long each time, five minutes at most", () => {
  const pauses = [0, 1, 2, 10].map((misses) => pauseAfter(new Away("busy"), misses, 0).pause);
  expect(pauses).toEqual([5_000, 10_000, 20_000, 300_000]);
});

test("the server's own time counts where it is longer, an hour at most", () => {
  expect(pauseAfter(busy(30), 0, 0).pause).toBe(30_000);
  expect(pauseAfter(busy(1), 0, 0).pause).toBe(5_000);
  expect(pauseAfter(busy(100_000), 0, 0).pause).toBe(3_600_000);
});

test("phones do not come back at the same moment", () => {
  expect(pauseAfter(busy(40), 0, 1).pause).toBe(50_000);
});
