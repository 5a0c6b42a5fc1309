import { expect, test } from "vitest";

import type { Kept } from "../lib/shelf.svelte";
import { calendar } from "./calendar";

const item = (id: string, expires_on: string | undefined): Kept => ({
  id,
  code: "01",
  at: "2026-11-20T09:00:00Z",
  gtin: "04870001234560",
  serial: "A",
  names: undefined,
  name: "Milk",
  expires_on,
  verdict: "in-circulation",
  checked: "2026-11-20T09:00:00Z",
});

test("goods with a date are whole days in the calendar, those without are left out", () => {
  const text = calendar([item("a", "2026-12-01"), item("b", undefined)], () => "Milk; fresh, 1\n2", new Date(0));
  expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(1);
  expect(text).toContain("DTSTART;VALUE=DATE:20261201\r\nSUMMARY:Milk\\; fresh\\, 1\\n2\r\n");
  expect(text).toContain("DTSTAMP:19700101T000000Z");
});
