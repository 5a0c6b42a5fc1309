// A delivery as a table, for people who open it in a spreadsheet: as a workbook, in which digits keep their zeros, or as text
// with semicolons, which spreadsheets expect where the comma divides a number.

import { plainName } from "../lib/download";
import { dayOf, instant as instantIn } from "../lib/format";
import { language, say } from "../lib/language.svelte";
import { type Delivery, reasons, title } from "./deliveries";

type Cell = string | number;

/** The names of the columns, in the language of now. */
const names = (): string[] => [
  say("web-clerk-column-number"),
  say("web-scanned-at"),
  say("web-code"),
  say("web-fact-gtin"),
  say("web-clerk-column-serial"),
  say("web-fact-name"),
  say("web-clerk-column-may"),
  say("web-why"),
  say("web-clerk-column-units"),
  say("web-fact-expires"),
];

/** The delivery line by line, then what is missing. Times are those of Kazakhstan. */
function rows(delivery: Delivery): Cell[][] {
  const lines = delivery.scanned.map((scanned, index): Cell[] => {
    const line = delivery.answer?.lines.find((line) => line.position === index);
    return [
      index + 1,
      instantIn(language(), scanned.at),
      scanned.code.replaceAll("\u001d", " "),
      line?.gtin ?? "",
      line?.serial ?? line?.sscc ?? "",
      line?.name ?? "",
      line ? title(line) : say("web-clerk-later"),
      line ? reasons(line).join("; ") : "",
      line?.units ?? 1,
      line?.expires_on ?? "",
    ];
  });
  const missing = (delivery.answer?.missing ?? []).map((item): Cell[] => [
    "",
    "",
    item.code ?? "",
    item.gtin ?? "",
    item.serial ?? "",
    "",
    say("stock-missing"),
    "",
    "",
    "",
  ]);
  return [names(), ...lines, ...missing];
}

/** A cell of a table that no spreadsheet takes for a formula (X27). */
function quoted(value: Cell): string {
  const text = String(value);
  const harmless = /^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** The delivery as text with semicolons, marked as UTF-8. */
export function csv(delivery: Delivery): Blob {
  const text = rows(delivery)
    .map((row) => row.map(quoted).join(";"))
    .join("\r\n");
  return new Blob(["\uFEFF", text, "\r\n"], { type: "text/csv;charset=utf-8" });
}

/** The delivery as a workbook. Every text is written as text, so none is taken for a formula or a number. */
export async function workbook(delivery: Delivery): Promise<Blob> {
  // The part of the library that needs no worker: the page's policy refuses workers made of text.
  const { default: write } = await import("write-excel-file/universal");
  const [head = [], ...lines] = rows(delivery);
  const cell = (value: Cell) => (typeof value === "number" ? { value, type: Number } : { value, type: String });
  const sheet = [
    head.map((value) => ({ value: String(value), type: String, fontWeight: "bold" as const })),
    ...lines.map((row) => row.map(cell)),
  ];
  const widths = [5, 26, 40, 17, 24, 34, 22, 40, 8, 12];
  return write(sheet, {
    columns: widths.map((width) => ({ width })),
    stickyRowsCount: 1,
    sheet: dayOf(delivery.startedAt),
  }).toBlob();
}

/** A name for the file of a delivery. */
export const fileName = (delivery: Delivery, end: string): string => `${plainName(delivery.name)}.${end}`;
