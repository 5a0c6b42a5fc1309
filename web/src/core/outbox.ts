// Scans on their way to the server, in the core's outbox: its rules for order, parcels, tries and refusals are those of every
// phone. The outbox is opened for as long as something is handed over or sent; meanwhile it belongs to one tab.

import { IndexedDbStorage, Outbox } from "virtual:core";

import * as db from "../lib/db";
import { countOf } from "./kept";
import type { Kept, Outgoing } from "./types";

/** How long the server may take, in milliseconds. */
const PATIENCE = 15_000;

const now = (): string => new Date().toISOString();
const slugOf = (error: unknown): string => (error instanceof Error ? error.message : "");

/** Takes over the scans that may go, and sends what is due. */
export async function send(online: boolean): Promise<Outgoing> {
  let storage: IndexedDbStorage;
  try {
    storage = await IndexedDbStorage.open();
  } catch (error) {
    // Another tab sends just now; it may have begun before the newest scan was there.
    if (slugOf(error) === "in-use")
      return { waiting: await known(), again: new Date(Date.now() + 2_000).toISOString() };
    throw error;
  }
  try {
    const outbox = await Outbox.open(storage);
    await takeOver(outbox);
    if (online) await sendDue(outbox);
    const waiting = outbox.waiting().length;
    await db.put("core", "outbox", waiting);
    const again = outbox.dueAt(now());
    return { waiting, ...(again && { again }) };
  } finally {
    await storage.close();
  }
}

/** How many scans the outbox held when it was last closed. */
export const known = (): Promise<number> => countOf("outbox");

/** Moves what is not held back into the outbox. A scan leaves its old place only when it has the new one. */
async function takeOver(outbox: Outbox): Promise<void> {
  for (const { held, ...scan } of await db.list("outbox")) {
    if (held) continue;
    // Whatever happens next, somebody will look into the outbox again.
    await db.put("core", "outbox", Math.max(1, outbox.waiting().length));
    if (!(await keep(outbox, scan))) return;
    await db.remove("outbox", scan.id);
  }
}

/** Whether the outbox had room for a scan. What no server would ever take is not kept. */
async function keep(outbox: Outbox, scan: Kept): Promise<boolean> {
  try {
    await outbox.keepScan(scan);
    return true;
  } catch (error) {
    const slug = slugOf(error);
    if (slug === "full") return false;
    const { verdict, ...rest } = scan;
    // A verdict that the core does not know is left out.
    if (slug === "unfit-verdict" && verdict) return keep(outbox, rest);
    if (slug === "malformed" || slug.startsWith("unfit-")) return true;
    throw error;
  }
}

async function sendDue(outbox: Outbox): Promise<void> {
  for (;;) {
    const parcel = await outbox.next(now());
    if (!parcel) return;
    const { status, retryAfter } = await post(parcel.body);
    await outbox.settle(parcel.number, status, retryAfter, now());
    // A scan that the server refuses can not be repaired.
    for (const { id, refused } of outbox.waiting()) if (refused) await outbox.discard(id);
    if (status === 0) return;
  }
}

/** The status of the answer, and the seconds that it asks to wait; 0 without an answer. */
async function post(body: string): Promise<{ status: number; retryAfter: number | undefined }> {
  try {
    const headers = { "content-type": "application/json" };
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch("/v1/scans", {
      method: "POST",
      headers,
      body,
      signal,
      credentials: "same-origin",
      referrerPolicy: "no-referrer",
    });
    const after = Number(answer.headers.get("retry-after") ?? Number.NaN);
    return { status: answer.status, retryAfter: Number.isInteger(after) && after >= 0 ? after : undefined };
  } catch {
    return { status: 0, retryAfter: undefined };
  }
}
