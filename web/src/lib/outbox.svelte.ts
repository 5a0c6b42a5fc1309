// Scans before they are on their way: kept on the device until it is known how much of their place may be sent, then handed
// to the core's outbox (core/outbox.ts), which sends each until the server says that it has it.

import { core } from "../core/core";
import { countOf } from "../core/kept";
import type { Kept } from "../core/types";
import { type Schemas } from "./api";
import * as db from "./db";
import { type Place, locate, shared } from "./place";
import { settings } from "./settings.svelte";

type Scan = Schemas["NewScan"];

/** How soon it is tried again to hand something over that could not be, in milliseconds. */
const LATER = 60_000;
/** With which scan it is asked how much of a place may be sent. */
const ASKED_AFTER = 2;

/** Whether the question about places is due. */
export const placeQuestionDue = (): boolean => settings.consent === undefined && settings.scans >= ASKED_AFTER;

/** Is called with a scan's place, as it is sent. */
let placed: (id: string, place: Place) => void = () => undefined;
export const onPlaced = (listener: typeof placed): void => void (placed = listener);

const state = $state({ waiting: 0 });
let sending: Promise<void> | undefined;
let more = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** How many scans wait to be sent. */
export function waiting(): number {
  return state.waiting;
}

/** Keeps a scan for sending, with as much of its place as was agreed to. The first one goes without a place; the next wait
 * until the question about places is answered. */
export async function keep(
  id: string,
  code: string,
  verdict: string | undefined,
  source: Scan["source"],
): Promise<void> {
  if (settings.consent === undefined) settings.countScan();
  const consent = settings.consent ?? (settings.scans < ASKED_AFTER ? "none" : undefined);
  const scan: Kept = {
    id,
    code,
    taken_at: new Date().toISOString(),
    consent: consent ?? "none",
    device: settings.device,
    ...(source && { source }),
    ...(verdict && verdict !== "unknown-offline" && { verdict }),
  };
  // First without its place: whatever happens next, the scan is kept.
  await db.put("outbox", id, { ...scan, held: true });
  if (consent !== undefined) await release(scan);
}

/** The question about places was answered: what was held may go. */
export async function agree(): Promise<void> {
  for (const scan of await db.list("outbox")) {
    if (scan.held) await release({ ...scan, consent: settings.consent ?? "none" });
  }
}

async function release({ held: _held, ...scan }: Kept): Promise<void> {
  const place =
    scan.consent === "none" ? undefined : shared(await locate(8_000, scan.consent === "exact"), scan.consent);
  await db.put("outbox", scan.id, { ...scan, ...(place && { place }) });
  if (place) placed(scan.id, place);
  await flush();
}

/** Hands over and sends what waits. One at a time; what was asked for meanwhile is done right after. */
export function flush(): Promise<void> {
  more = sending !== undefined;
  sending ??= (async () => {
    do {
      more = false;
      await send();
    } while (more);
  })().finally(() => (sending = undefined));
  return sending;
}

async function send(): Promise<void> {
  clearTimeout(timer);
  const ready = (await db.list("outbox")).filter((scan) => !scan.held).length;
  const handed = await countOf("outbox");
  state.waiting = ready + handed;
  // The core is heavy: it is fetched only when there is something to send.
  if (state.waiting === 0) return;
  try {
    const online = navigator.onLine;
    const { waiting, again } = await core.send(online);
    state.waiting = waiting;
    // A connection that comes back tells by itself.
    if (again && online)
      timer = setTimeout(() => void flush(), Math.min(Math.max(Date.parse(again) - Date.now(), 1_000), 3_600_000));
  } catch {
    // The core can't be had now: everything stays where it is.
    timer = setTimeout(() => void flush(), LATER);
  }
}

/** Sends what an earlier visit left, and tries again whenever that could help. */
export async function watch(): Promise<void> {
  const again = () => void flush();
  addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
  // An app that was closed without an answer to the question shares nothing.
  for (const { held, ...scan } of await db.list("outbox")) {
    if (held) await db.put("outbox", scan.id, { ...scan, consent: "none" });
  }
  await flush();
}
