// What was scanned on this device: the newest two hundred, with what was answered. They never leave the device from here.

import { type Answer, type Schemas, Away, verify } from "./api";
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
}

const MOST = 200;
/** How long a person who aims at a label waits before the device answers by itself, in milliseconds. */
const PATIENCE = 4_000;

/** Asks what a code is: the server first, the device's own core when no answer comes. Fails with the server's refusal. */
async function ask(code: string): Promise<Pick<Looked, "answer" | "card" | "away">> {
  try {
    if (!navigator.onLine) throw new Away("offline");
    const answer = await verify(code, PATIENCE);
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

/** The verdict's title in the language of now. */
export function titleOf(looked: Looked): string {
  const verdict = verdictOf(looked);
  const title = looked.answer?.title ?? looked.card?.title;
  return (verdict && sayIfKnown(`verdict-${verdict}`)) ?? title ?? say("web-not-checked");
}

/** The goods' name in the language of now. */
export function nameOf(product: Schemas["ProductLine"] | null | undefined): string | undefined {
  return product ? (product.trade_names[language()] ?? product.trade_name) : undefined;
}

/** What was looked at since the page was opened: shown without waiting for the device's store. */
const fresh = new Map<string, Looked>();

/** Looks at a code that was just scanned: asks, remembers, and hands the scan on to be sent. */
export async function look(code: string, source: "camera" | "picture" | "typed"): Promise<Looked> {
  const looked: Looked = { id: crypto.randomUUID(), code, at: new Date().toISOString(), ...(await ask(code)) };
  fresh.set(looked.id, looked);
  void remember(looked);
  void keep(looked.id, code, looked.answer?.verdict, source);
  return looked;
}

/** Asks once more about what was looked at before; the scan stays the one it was. */
export async function again(looked: Looked): Promise<Looked> {
  const { away: _away, card: _card, ...rest } = looked;
  const newer = { ...rest, ...(await ask(looked.code)) };
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
