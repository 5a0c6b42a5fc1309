// Numbers, dates and times as people in Kazakhstan write them. By hand, as on the server: Chromium has no data for Kazakh
// and would write "2026 M11 20".

import type { Language } from "./language.svelte";

const KK = [
  "қаңтар",
  "ақпан",
  "наурыз",
  "сәуір",
  "мамыр",
  "маусым",
  "шілде",
  "тамыз",
  "қыркүйек",
  "қазан",
  "қараша",
  "желтоқсан",
];
const RU = [
  "января",
  "февраля",
  "марта",
  "апреля",
  "мая",
  "июня",
  "июля",
  "августа",
  "сентября",
  "октября",
  "ноября",
  "декабря",
];
const EN = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Kazakhstan's one time zone since 1 March 2024, in milliseconds east of UTC. */
const EAST = 5 * 3_600_000;

/** A date in full, from "2026-11-20": "2026 ж. 20 қараша", "20 ноября 2026 г.", "20 November 2026". The short word for
 * "year" stays beside its number. */
export function date(language: Language, iso: string): string {
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
  if (!year || !month || !day || month > 12) return iso;
  switch (language) {
    case "kk":
      return `${year}\u{a0}ж. ${day} ${KK[month - 1]}`;
    case "ru":
      return `${day} ${RU[month - 1]} ${year}\u{a0}г.`;
    case "en":
      return `${day} ${EN[month - 1]} ${year}`;
  }
}

/** The calendar day in Kazakhstan at an instant, as "2026-11-20". */
export function dayOf(instant: string | number | Date): string {
  const time = new Date(instant).getTime();
  return Number.isNaN(time) ? "" : new Date(time + EAST).toISOString().slice(0, 10);
}

/** A day and time in Kazakhstan, to the minute: "20 November 2026, 14:05". */
export function instant(language: Language, at: string | number | Date): string {
  const time = new Date(at).getTime();
  if (Number.isNaN(time)) return "—";
  const local = new Date(time + EAST).toISOString();
  return `${date(language, local)}, ${local.slice(11, 16)}`;
}

/** A number with its thousands apart, at most six digits after the point; a dash for what is none. */
export function number(language: Language, value: number): string {
  if (!Number.isFinite(value)) return "—";
  const [thousands, point] = language === "en" ? [",", "."] : ["\u{a0}", ","];
  const [whole = "0", fraction = ""] = Math.abs(value).toFixed(6).split(".");
  const rest = fraction.replace(/0+$/, "");
  const sign = value < 0 && (whole !== "0" || rest !== "") ? "−" : "";
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, thousands) + (rest && point + rest);
}
