// Deliveries that a clerk checks: kept on the device with every code that was scanned, whether or not there was a
// connection; the server's answer to the whole list comes when it can.

import { type Schemas, got } from "../lib/api";
import * as db from "../lib/db";
import { say, sayIfKnown } from "../lib/language.svelte";
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
  /** The account that began it; on a shared device the others do not see it. */
  account: string;
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

/** The deliveries of an account on this device, the newest first. */
export const deliveries = async (account: string): Promise<Delivery[]> =>
  (await db.list("delivery"))
    .filter((delivery) => delivery.account === account)
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
/** A delivery of an account; another account's is as unknown as one that does not exist. */
export const find = async (id: string, account: string): Promise<Delivery | undefined> => {
  const found = await db.find("delivery", id);
  return found?.account === account ? found : undefined;
};
export const save = (delivery: Delivery): Promise<unknown> => db.put("delivery", delivery.id, delivery);
export const discard = (id: string): Promise<unknown> => db.remove("delivery", id);

const ask = (body: Schemas["StockCheck"]): Promise<StockAnswer> =>
  got(session.api.POST("/v1/stock/checks", { body, fetch: session.within(20_000) }));

/** Has the server look at codes. */
export function check(codes: string[], expected?: Expected): Promise<StockAnswer> {
  return ask({ id: crypto.randomUUID(), codes, ...(expected && { expected }) });
}

/** What is inside a pack, unit by unit. */
export function unpack(sscc: string): Promise<StockAnswer> {
  return ask({ id: crypto.randomUUID(), sscc });
}

/** Lines like `04870001234560 24` or `04870001234560;24` as goods and quantities; null when a line is none. */
export function quantities(text: string): Schemas["ExpectedItem"][] | null {
  const items = new Map<string, number>();
  for (const line of text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")) {
    const found = /^(\d{8}|\d{12,14})(?:[\s;,xх×]+(\d{1,7}))?$/u.exec(line);
    if (!found?.[1]) return null;
    const gtin = found[1].padStart(14, "0");
    items.set(gtin, (items.get(gtin) ?? 0) + Number(found[2] ?? 1));
  }
  return items.size === 0 ? null : [...items].map(([gtin, quantity]) => ({ gtin, quantity }));
}

/** How good or bad a line is; without one it is not known yet. */
export function toneOf(line: Line | undefined): Tone {
  if (!line) return "quiet";
  if (line.doubled_of !== null && line.doubled_of !== undefined) return "mild";
  return line.may_be_sold === "yes" ? "good" : line.may_be_sold === "no" ? "grave" : "quiet";
}

/** Whether a line may be sold, in the language of now: the answer may have come in another one. */
export function title(line: Pick<Line, "may_be_sold">): string {
  switch (line.may_be_sold) {
    case "yes":
      return say("stock-may-be-sold");
    case "no":
      return say("stock-may-not-be-sold");
    case "unknown":
      return say("stock-not-checked");
  }
}

/** Why not, each reason a sentence in the language of now. */
export const reasons = (line: Line): string[] =>
  line.reasons.map((reason) => sayIfKnown(`stock-${reason.slug}`) ?? reason.text);

/** Units that were scanned, where a pack counts as those inside; none before the server has answered. */
export const units = (delivery: Delivery): number | undefined => delivery.answer?.totals.checked;
