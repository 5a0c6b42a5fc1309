import { expect, test } from "vitest";

import { date, dayOf, instant, number } from "./format";

test("a date is written in full as each language writes it", () => {
  expect(date("kk", "2026-11-20")).toBe("2026\u{a0}ж. 20 қараша");
  expect(date("ru", "2026-11-20")).toBe("20 ноября 2026\u{a0}г.");
  expect(date("en", "2026-11-20")).toBe("20 November 2026");
});

test("what is no date stays as it is", () => {
  for (const text of ["", "soon", "2026-13-01"]) expect(date("en", text)).toBe(text);
});

test("a day is the calendar day in Kazakhstan, five hours east of UTC", () => {
  expect(dayOf("2026-11-20T18:59:59Z")).toBe("2026-11-20");
  expect(dayOf("2026-11-20T19:00:00Z")).toBe("2026-11-21");
  expect(dayOf("nonsense")).toBe("");
});

test("an instant is a date and a time of day in Kazakhstan", () => {
  expect(instant("en", "2026-11-20T09:05:59Z")).toBe("20 November 2026, 14:05");
  expect(instant("en", "nonsense")).toBe("—");
});

test("a number has its thousands apart and six digits after the point at most", () => {
  expect(number("ru", 1234567.8900001)).toBe("1\u{a0}234\u{a0}567,89");
  expect(number("en", 1234567.89)).toBe("1,234,567.89");
  expect(number("kk", -1000)).toBe("−1\u{a0}000");
  expect(number("en", -0.0000001)).toBe("0");
  expect(number("en", Number.NaN)).toBe("—");
});
