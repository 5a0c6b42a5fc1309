// Scans on their way to the server. A scan is kept on the device until the server says that it has it, however often that
// takes; its id makes a second try the same scan.

import { type Schemas, Refusal, post } from "./api";
import * as db from "./db";
import { locate, shared } from "./place";
import { settings } from "./settings.svelte";

type Scan = Schemas["NewScan"];
/** A scan that waits; `held` until its owner has said how much of its place may be sent. */
type Waiting = Scan & { held?: true };

/** Most scans in a request. */
const BATCH = 100;

const state = $state({ waiting: 0 });
let sending: Promise<void> | undefined;

/** How many scans wait to be sent. */
export function waiting(): number {
  return state.waiting;
}

/** Keeps a scan for sending, with as much of its place as was agreed to. The first one waits for that question. */
export async function keep(id: string, code: string, verdict: string | undefined, source: NonNullable<Scan["source"]>): Promise<void> {
  const consent = settings.consent;
  const scan: Waiting = {
    id,
    code,
    taken_at: new Date().toISOString(),
    consent: consent ?? "none",
    device: settings.device,
    source,
    ...(verdict && verdict !== "unknown-offline" && { verdict }),
    ...(consent === undefined && { held: true as const }),
  };
  // First without its place: whatever happens next, the scan is kept.
  await db.put("outbox", id, { ...scan, held: true });
  if (consent === undefined) return;
  await release(scan);
}

/** The question about places was answered: what was held may go. */
export async function agree(): Promise<void> {
  for (const scan of await db.list<Waiting>("outbox")) {
    if (scan.held) await release({ ...scan, consent: settings.consent ?? "none" });
  }
}

async function release({ held: _held, ...scan }: Waiting): Promise<void> {
  const place = scan.consent === "none" ? undefined : shared(await locate(8_000, scan.consent === "exact"), scan.consent);
  await db.put("outbox", scan.id, { ...scan, ...(place && { place }) });
  await flush();
}

/** Sends what waits. One at a time; calls meanwhile wait for the same. */
export function flush(): Promise<void> {
  sending ??= sendAll().finally(() => (sending = undefined));
  return sending;
}

async function sendAll(): Promise<void> {
  for (;;) {
    const scans = (await db.list<Waiting>("outbox")).filter((scan) => !scan.held);
    state.waiting = scans.length;
    if (scans.length === 0 || !navigator.onLine) return;
    const items = scans.slice(0, BATCH);
    try {
      await post("/v1/scans", { json: { sent_at: new Date().toISOString(), items } });
    } catch (error) {
      // What the server will never take must not hold up the rest.
      const hopeless = error instanceof Refusal && !error.mayPass;
      if (!hopeless) return;
      if (items.length > 1) {
        await oneByOne(items);
        continue;
      }
    }
    await db.remove("outbox", ...items.map((scan) => scan.id));
  }
}

/** After a batch was refused: finds the scan that was at fault and drops it. */
async function oneByOne(items: Scan[]): Promise<void> {
  for (const scan of items) {
    try {
      await post("/v1/scans", { json: { sent_at: new Date().toISOString(), items: [scan] } });
    } catch (error) {
      if (!(error instanceof Refusal) || error.mayPass) return;
    }
    await db.remove("outbox", scan.id);
  }
}

/** Sends what an earlier visit left, and tries again whenever that could help. */
export async function watch(): Promise<void> {
  const again = () => void flush();
  addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
  setInterval(again, 60_000);
  // Whoever closed the app without an answer to the question shares nothing.
  for (const { held, ...scan } of await db.list<Waiting>("outbox")) {
    if (held) await db.put("outbox", scan.id, { ...scan, consent: "none" });
  }
  await flush();
}
