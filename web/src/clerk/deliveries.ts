// Deliveries that a clerk checks: kept on the device with every code that was scanned, whether or not there was a
// connection; the server's answer to the whole list comes when it can.

import { type Schemas } from "../lib/api";
import * as db from "../lib/db";
import { session } from "../lib/session.svelte";
import type { Tone } from "../lib/tone";

export type StockAnswer = Schemas["StockAnswer"];
export type Line = Schemas["LineAnswer"];
export type Expected = Schemas["ExpectedDelivery"];

interface Scanned {
  code: string;
  /** When, in ISO 8601. */
  at: string;
}

export interface Delivery {
  id: string;
  name: string;
  startedAt: string;
  expected?: Expected | undefined;
  scanned: Scanned[];
  /** What the server said of the first `answered` codes. */
  answer?: StockAnswer | undefined;
  answered: number;
}

/** Most codes of one check. */
export const MOST = 1_000;

export const deliveries = async (): Promise<Delivery[]> =>
  (await db.list<Delivery>("delivery")).sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
export const find = (id: string): Promise<Delivery | undefined> => db.find<Delivery>("delivery", id);
export const save = (delivery: Delivery): Promise<unknown> => db.put("delivery", delivery.id, delivery);
export const discard = (id: string): Promise<unknown> => db.remove("delivery", id);

/** Has the server look at codes. */
export function check(codes: string[], expected?: Expected): Promise<StockAnswer> {
  const json = { id: crypto.randomUUID(), codes, ...(expected && { expected }) };
  return session.post<StockAnswer>("/v1/stock/checks", { json, patience: 20_000 });
}

/** What is inside a pack, unit by unit. */
export function unpack(sscc: string): Promise<StockAnswer> {
  return session.post<StockAnswer>("/v1/stock/checks", { json: { id: crypto.randomUUID(), sscc }, patience: 20_000 });
}

/** Lines like `04870001234560 24` or `04870001234560;24` as goods and quantities; null when a line is none. */
export function quantities(text: string): Schemas["ExpectedItem"][] | null {
  const items = new Map<string, number>();
  for (const line of text.split("\n").map((line) => line.trim()).filter((line) => line !== "")) {
    const found = /^(\d{8}|\d{12,14})(?:[\s;,xх×]+(\d{1,7}))?$/u.exec(line);
    if (!found?.[1]) return null;
    const gtin = found[1].padStart(14, "0");
    items.set(gtin, (items.get(gtin) ?? 0) + Number(found[2] ?? 1));
  }
  return items.size === 0 ? null : [...items].map(([gtin, quantity]) => ({ gtin, quantity }));
}

/** A cell of a table that no spreadsheet takes for a formula (X27). */
function cell(value: string | number | null | undefined): string {
  const text = String(value ?? "");
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** The delivery as a table, in the server's own slugs and in words. */
export function table(delivery: Delivery, names: string[]): Blob {
  const lines = delivery.scanned.map((scanned, index) => {
    const line = delivery.answer?.lines.find((line) => line.position === index);
    return [
      index + 1,
      scanned.at,
      scanned.code,
      line?.gtin,
      line?.serial ?? line?.sscc,
      line?.name,
      line?.may_be_sold,
      line?.title,
      line?.reasons.map((reason) => reason.text).join(" "),
      line?.expires_on,
    ];
  });
  const missing = (delivery.answer?.missing ?? []).map((item) => ["", "", item.code, item.gtin, item.serial, "", "", item.title, "", ""]);
  const text = [names, ...lines, ...missing].map((row) => row.map(cell).join(",")).join("\r\n");
  return new Blob(["\uFEFF", text, "\r\n"], { type: "text/csv;charset=utf-8" });
}

/** How good or bad a line is; without one it is not known yet. */
export function toneOf(line: Line | undefined): Tone {
  if (!line) return "quiet";
  if (line.doubled_of !== null && line.doubled_of !== undefined) return "mild";
  return line.may_be_sold === "yes" ? "good" : line.may_be_sold === "no" ? "grave" : "quiet";
}
