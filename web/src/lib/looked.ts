// What was scanned on this device: the newest two hundred, with what was answered. They never leave the device from here.

import { type Answer, type AskedBy, type Schemas, Away, Refusal, verify } from "./api";
import { core } from "../core/core";
import type { OfflineCard } from "../core/types";
import * as db from "./db";
import { language, say, sayIfKnown } from "./language.svelte";
import { keep, onPlaced } from "./outbox.svelte";
import type { Place } from "./place";

/** One look at a code. */
export interface Looked {
  id: string;
  code: string;
  /** When, in ISO 8601. */
  at: string;
  /** What the server said. */
  answer?: Answer;
  /** What the device itself said when the server could not be heard. */
  card?: OfflineCard;
  /** Why the server was not heard. */
  away?: "offline" | "slow" | "busy";
  /** How the code was read; absent in what older versions kept. */
  source?: AskedBy;
  /** When it was scanned last, if more than once, in ISO 8601. */
  last?: string;
  /** How many times it was scanned, if more than once. */
  times?: number;
  /** Where it was scanned, as roughly as its owner shares places. */
  place?: Place;
}

const MOST = 200;
/** Within this time the same code is the same look, in milliseconds. */
const SAME = 120_000;
/** How long a person who aims at a label waits before the device answers by itself, in milliseconds. */
const PATIENCE = 4_000;

/** How long a server that has too much to do is left alone when it names no time, and at most, in seconds. */
const USUAL_REST = 10;
const LONGEST_REST = 600;

/** Until then the server asked not to be asked. */
let quietUntil = 0;

/** How long the server asked to be left alone, in milliseconds from now. */
export const resting = (): number => Math.max(0, quietUntil - Date.now());

function rest(seconds: number | undefined): void {
  quietUntil = Date.now() + 1_000 * Math.min(seconds ?? USUAL_REST, LONGEST_REST);
}

/** Why no answer came; nothing when the server refused the question itself. */
function awayOf(error: unknown): NonNullable<Looked["away"]> | undefined {
  if (error instanceof Refusal && error.mayPass) {
    rest(error.retryAfter);
    return "busy";
  }
  if (!(error instanceof Away)) return undefined;
  if (error.why === "busy" && resting() === 0) rest(error.retryAfter);
  return error.why;
}

/** Asks what a code is: the server first, the device's own core when no answer comes. Fails with the server's refusal. */
async function ask(code: string, source: AskedBy): Promise<Pick<Looked, "answer" | "card" | "away">> {
  try {
    if (!navigator.onLine) throw new Away("offline");
    if (resting() > 0) throw new Away("busy");
    const answer = await verify(code, source, PATIENCE);
    void core.learn(answer).catch(() => undefined);
    return { answer };
  } catch (error) {
    const away = awayOf(error);
    if (!away) throw error;
    try {
      return { card: await core.judgeOffline(code, language()), away };
    } catch {
      return { away };
    }
  }
}

/** The verdict, of the server or of the device. */
export const verdictOf = (looked: Looked): string | undefined => looked.answer?.verdict ?? looked.card?.verdict;

/** Its wording: the verdict, or another slug that says more. */
export function wordingOf({ answer, card }: Looked): string | undefined {
  return answer ? (answer.wording ?? answer.verdict) : (card?.wording ?? card?.verdict);
}

/** The verdict's title in the language of now. */
export function titleOf(looked: Looked): string {
  const wording = wordingOf(looked);
  const title = looked.answer?.title ?? looked.card?.title;
  return (wording && sayIfKnown(`verdict-${wording}`)) ?? title ?? say("web-not-checked");
}

/** The maker's name in the language of now. */
export function makerOf(product: Schemas["ProductLine"] | null | undefined): string | undefined {
  return product ? (product.manufacturers?.[language()] ?? product.manufacturer) : undefined;
}

/** The goods' name in the language of now. */
export function nameOf(product: Schemas["ProductLine"] | null | undefined): string | undefined {
  return product ? (product.trade_names[language()] ?? product.trade_name) : undefined;
}

/** What a scan is called in a list: the goods' name, a pack by its number, or else the code as it was read. */
export function labelOf(looked: Looked): string {
  const fact = (slug: string) => looked.card?.facts.find((fact) => fact.slug === slug)?.value;
  const name = nameOf(looked.answer?.product) ?? fact("trade-name");
  if (name) return name;
  const pack = looked.answer?.code?.sscc ?? fact("sscc");
  if (pack) return say("web-pack-of", { sscc: pack });
  const gtin = looked.answer?.code?.gtin ?? fact("gtin");
  if (gtin) return say("web-goods-of", { gtin });
  // Without the sign of the symbology that a scanner puts in front.
  return looked.code
    .replace(/^\][A-Za-z]\d/, "")
    .replaceAll("\u001d", " ")
    .slice(0, 60);
}

/** What was looked at since the page was opened: shown without waiting for the device's store. */
const fresh = new Map<string, Looked>();

/** The look of the same code a moment ago. */
async function before(code: string): Promise<Looked | undefined> {
  const since = Date.now() - SAME;
  const recent = (looked: Looked) => looked.code === code && Date.parse(looked.last ?? looked.at) > since;
  return [...fresh.values()].find(recent) ?? (await history().catch(() => [])).find(recent);
}

/** Looks at a code that was just scanned: asks, remembers, and hands the scan on to be sent. The same code once more within
 * a short time is the same look, and no other scan. A link that was opened has no source: a camera may have read it, or
 * somebody sent it. */
export async function look(code: string, asked: Exclude<AskedBy, "scanner">): Promise<Looked> {
  const source = asked === "link" ? undefined : asked;
  const [answered, earlier] = await Promise.all([ask(code, asked), before(code)]);
  const now = new Date().toISOString();
  if (earlier) {
    const { away: _away, card: _card, ...rest } = earlier;
    // What the server said a moment ago tells more than what the device can say now.
    const known = answered.away && earlier.answer ? {} : answered;
    const looked: Looked = { ...rest, ...known, last: now, times: (earlier.times ?? 1) + 1 };
    fresh.set(looked.id, looked);
    void remember(looked);
    return looked;
  }
  const looked: Looked = { id: crypto.randomUUID(), code, at: now, source: asked, ...answered };
  fresh.set(looked.id, looked);
  void remember(looked);
  void keep(looked.id, code, looked.answer?.verdict, source);
  return looked;
}

/** Asks once more about what was looked at before; the scan stays the one it was. */
export async function again(looked: Looked): Promise<Looked> {
  const { away: _away, card: _card, ...rest } = looked;
  const answered = await ask(looked.code, looked.source ?? "typed");
  const place = fresh.get(looked.id)?.place;
  const newer = { ...rest, ...answered, ...(place && { place }) };
  fresh.set(looked.id, newer);
  await db.put("history", looked.id, newer);
  return newer;
}

async function remember(looked: Looked): Promise<void> {
  try {
    await db.put("history", looked.id, looked);
    const all = await history();
    const old = all.slice(MOST).map((looked) => looked.id);
    if (old.length > 0) await db.remove("history", ...old);
  } catch {
    // A full device forgets; the answer is shown all the same.
  }
}

onPlaced((id, place) => {
  void (async () => {
    const looked = await find(id);
    if (looked) await db.put("history", id, { ...(fresh.get(id) ?? looked), place }).catch(() => undefined);
    const shown = fresh.get(id);
    if (shown) fresh.set(id, { ...shown, place });
  })();
});

/** Everything, newest first. */
export async function history(): Promise<Looked[]> {
  const all = await db.list("history");
  return all.sort((a, b) => ((a.last ?? a.at) < (b.last ?? b.at) ? 1 : -1));
}

export const find = async (id: string): Promise<Looked | undefined> => fresh.get(id) ?? db.find("history", id);

export function forget(id: string): Promise<unknown> {
  fresh.delete(id);
  return db.remove("history", id);
}

/** Takes back that a look was forgotten. */
export function restore(looked: Looked): Promise<unknown> {
  fresh.set(looked.id, looked);
  return db.put("history", looked.id, looked);
}

export function forgetAll(): Promise<unknown> {
  fresh.clear();
  return db.clear("history");
}
