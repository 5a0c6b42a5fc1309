// "My shelf": goods at home that their owner wants to hear of: when they expire, and when they are recalled. Everything
// stays on the device; no account is needed and no scan is sent: each code is asked about once a day at most.

import { type Answer, type AskedBy, Away, Refusal, type Schemas, verify } from "./api";
import * as db from "./db";
import { dayOf } from "./format";
import { language } from "./language.svelte";
import type { Looked } from "./looked";

/** One item on the shelf. */
export interface Kept {
  id: string;
  code: string;
  /** How the code was read. */
  source?: AskedBy;
  /** When it was put there, in ISO 8601. */
  at: string;
  gtin: string;
  serial: string | undefined;
  names: Schemas["ProductLine"]["trade_names"] | undefined;
  name: string;
  /** A day, if the register knows it. */
  expires_on: string | undefined;
  verdict: string;
  /** When the register was asked last, in ISO 8601. */
  checked: string;
  /** A recall that its owner has not seen yet. */
  news?: true;
}

/** How many items a shelf has room for. */
export const MOST = 200;
/** How long an answer is good for, in milliseconds. */
const FRESH = 22 * 3_600_000;
/** How many days ahead expiry is announced. */
export const SOON = 7;
const DAY = 86_400_000;
/** What must not be used, or not be on sale. */
const BAD = ["recalled", "withdrawn", "forged-seal"];

const state = $state<{ items: Kept[]; read: boolean }>({ items: [], read: false });
let reading: Promise<void> | undefined;

/** Everything on the shelf, what expires first in front. */
export const items = (): Kept[] => state.items;
export const known = (): boolean => state.read;

/** Reads the shelf once. */
export function open(): Promise<void> {
  reading ??= (async () => {
    state.items = sorted(await db.list("shelf").catch(() => []));
    state.read = true;
  })();
  return reading;
}

function sorted(all: Kept[]): Kept[] {
  const rank = (item: Kept) => `${item.news || isBad(item) ? 0 : 1}${item.expires_on ?? "9999"}${item.at}`;
  return [...all].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** Whether something on the shelf must not be used. */
export const isBad = (item: Kept): boolean => BAD.includes(item.verdict);

/** Days until goods expire: 0 on the last day, negative afterwards; none when the register knows no date. */
export function daysLeft(item: Pick<Kept, "expires_on">, now = Date.now()): number | undefined {
  if (!item.expires_on) return undefined;
  return Math.round((Date.parse(item.expires_on) - Date.parse(dayOf(now))) / DAY);
}

/** Whether goods expire within a week, or have expired. */
export const expiresSoon = (item: Kept): boolean => (daysLeft(item) ?? SOON + 1) <= SOON;

/** How many items need their owner: recalled ones, and those that expire soon. */
export const urgent = (): number => state.items.filter((item) => isBad(item) || expiresSoon(item)).length;

/** Items with news that were not seen yet. */
export const news = (): Kept[] => state.items.filter((item) => item.news);

/** Whether a look is of one item that can be on a shelf. */
export function fits(looked: Looked): boolean {
  void open();
  const { answer } = looked;
  return (
    answer?.kind === "unit" && !!answer.code?.gtin && ["in-circulation", "sold", "expired"].includes(answer.verdict)
  );
}

const same = (item: Kept, answer: Answer | undefined): boolean =>
  item.gtin === answer?.code?.gtin && item.serial === (answer.code.serial ?? undefined);

export const has = (looked: Looked): boolean => state.items.some((item) => same(item, looked.answer));

/** Puts goods on the shelf; says whether there was room. */
export async function add(looked: Looked): Promise<boolean> {
  await open();
  const { answer } = looked;
  if (!answer?.code?.gtin || has(looked) || state.items.length >= MOST) return false;
  const item: Kept = {
    id: crypto.randomUUID(),
    code: looked.code,
    ...(looked.source && { source: looked.source }),
    at: new Date().toISOString(),
    gtin: answer.code.gtin,
    serial: answer.code.serial ?? undefined,
    names: answer.product?.trade_names,
    name: answer.product?.trade_name ?? answer.code.gtin,
    expires_on: answer.expires_on ?? undefined,
    verdict: answer.verdict,
    checked: new Date().toISOString(),
  };
  await put(item);
  return true;
}

async function put(item: Kept): Promise<void> {
  state.items = sorted([...state.items.filter(({ id }) => id !== item.id), item]);
  await db.put("shelf", item.id, $state.snapshot(item));
}

export async function remove(id: string): Promise<void> {
  state.items = state.items.filter((item) => item.id !== id);
  await db.remove("shelf", id);
}

/** Puts back what was just removed. */
export const restore = (item: Kept): Promise<void> => put(item);

/** What was new has been seen. */
export async function seen(): Promise<void> {
  for (const { news: _news, ...item } of news()) await put(item);
}

/** What an item is called in the language of now. */
export const nameOf = (item: Kept): string => item.names?.[language()] ?? item.name;

/** Asks the register about what was not asked about for a day. Stops when the register has too much to do. */
export async function check(): Promise<void> {
  await open();
  for (const item of state.items.filter(({ checked }) => Date.now() - Date.parse(checked) > FRESH)) {
    if (!navigator.onLine) return;
    try {
      const answer = await verify(item.code, item.source ?? "typed");
      const turned = isBad({ ...item, verdict: answer.verdict }) && !isBad(item);
      await put({
        ...item,
        verdict: answer.verdict,
        expires_on: answer.expires_on ?? item.expires_on,
        names: answer.product?.trade_names ?? item.names,
        checked: new Date().toISOString(),
        ...(turned && { news: true as const }),
      });
    } catch (error) {
      if (error instanceof Away || (error instanceof Refusal && error.mayPass)) return;
    }
  }
}
