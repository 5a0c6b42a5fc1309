// What was scanned on this device: the newest two hundred, with what was answered. They never leave the device from here.

import { type Answer, type AskedBy, type Schemas, Away, verify } from "./api";
import { core } from "../core/core";
import type { OfflineCard } from "../core/types";
import * as db from "./db";
import { language, say, sayIfKnown } from "./language.svelte";
import { keep } from "./outbox.svelte";

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
  away?: "offline" | "slow";
  /** How the code was read; absent in what older versions kept. */
  source?: AskedBy;
}

const MOST = 200;
/** How long a person who aims at a label waits before the device answers by itself, in milliseconds. */
const PATIENCE = 4_000;

/** Asks what a code is: the server first, the device's own core when no answer comes. Fails with the server's refusal. */
async function ask(code: string, source: AskedBy): Promise<Pick<Looked, "answer" | "card" | "away">> {
  try {
    if (!navigator.onLine) throw new Away("offline");
    const answer = await verify(code, source, PATIENCE);
    void core.learn(answer).catch(() => undefined);
    return { answer };
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    try {
      return { card: await core.judgeOffline(code, language()), away: error.why };
    } catch {
      return { away: error.why };
    }
  }
}

/** The verdict, whoever gave it. */
export const verdictOf = (looked: Looked): string | undefined => looked.answer?.verdict ?? looked.card?.verdict;

/** In which words it is told: the verdict, or another slug that says more. */
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

/** What was looked at since the page was opened: shown without waiting for the device's store. */
const fresh = new Map<string, Looked>();

/** Looks at a code that was just scanned: asks, remembers, and hands the scan on to be sent. */
export async function look(code: string, source: "camera" | "picture" | "typed", asked: AskedBy = source): Promise<Looked> {
  const looked: Looked = { id: crypto.randomUUID(), code, at: new Date().toISOString(), source: asked, ...(await ask(code, asked)) };
  fresh.set(looked.id, looked);
  void remember(looked);
  void keep(looked.id, code, looked.answer?.verdict, source);
  return looked;
}

/** Asks once more about what was looked at before; the scan stays the one it was. */
export async function again(looked: Looked): Promise<Looked> {
  const { away: _away, card: _card, ...rest } = looked;
  const newer = { ...rest, ...(await ask(looked.code, looked.source ?? "typed")) };
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

/** Everything, newest first. */
export async function history(): Promise<Looked[]> {
  const all = await db.list<Looked>("history");
  return all.sort((a, b) => (a.at < b.at ? 1 : -1));
}

export const find = async (id: string): Promise<Looked | undefined> => fresh.get(id) ?? db.find<Looked>("history", id);

export function forget(id: string): Promise<unknown> {
  fresh.delete(id);
  return db.remove("history", id);
}

export function forgetAll(): Promise<unknown> {
  fresh.clear();
  return db.clear("history");
}
