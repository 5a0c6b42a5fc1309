// Alerts as the server tells them, hot spots, and the stream of changes.

import type { FeatureCollection, Point, Polygon } from "geojson";

import { type Schemas, path } from "../lib/api";
import { say } from "../lib/language.svelte";
import { session } from "../lib/session.svelte";
import type { Tone } from "../lib/tone";
import type { HotSpot } from "../map/map";

export type Decision = Schemas["AlertDecision"];
/** An alert in a list. */
export type Listed = Schemas["Alert"];
/** An alert with everything that is known about it. */
export type Alert = Schemas["AlertDetail"];
export const DECISIONS: Decision[] = ["confirmed", "not-confirmed", "scanner-fault", "honest-resale"];

/** A decision in words. */
export function decisionName(decision: Decision): string {
  switch (decision) {
    case "confirmed":
      return say("web-decision-confirmed");
    case "not-confirmed":
      return say("web-decision-not-confirmed");
    case "scanner-fault":
      return say("web-decision-scanner-fault");
    case "honest-resale":
      return say("web-decision-honest-resale");
  }
}

interface Filter {
  from?: string | undefined;
  to?: string | undefined;
  state?: string | undefined;
  kind?: string | undefined;
  assignee?: string | undefined;
  gtin?: string | undefined;
  order?: "score" | "time" | undefined;
}

const query = (filter: Filter): Record<string, string | undefined> => ({ ...filter });

export const list = (filter: Filter, cursor?: string): Promise<{ items: Listed[]; next_cursor?: string | null }> =>
  session.get("/v1/alerts", { query: { ...query(filter), limit: 100, cursor } });

export const find = (id: string): Promise<Alert> => session.get(path("/v1/alerts/{id}", { id }));

/** Takes, decides, notes or links. The same key makes a second try the same deed. */
export const act = (
  id: string,
  what: "assign" | "decision" | "notes" | "links",
  body: unknown,
  key: string,
): Promise<unknown> =>
  session.post(path(`/v1/alerts/{id}/${what}`, { id }), { json: body, headers: { "idempotency-key": key } });

/** Where suspicious scans gather, or how much is scanned where. */
export const hotspots = (
  filter: Filter,
  method: "cells" | "scans",
): Promise<FeatureCollection<Polygon | Point, HotSpot>> =>
  session.get("/v1/hotspots", { query: { from: filter.from, to: filter.to, method } });

/** Hands the list out as a file. */
export async function download(kind: "csv" | "geojson", filter: Filter): Promise<void> {
  const response = await session.fetch(`/v1/alerts/export.${kind}`, { query: query(filter), patience: 60_000 });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `alerts.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Follows the stream of changes until `signal` ends it; comes back by itself after a break, where it left off. */
export async function watch(signal: AbortSignal, changed: () => void): Promise<void> {
  let last: string | undefined;
  let pause = 1_000;
  while (!signal.aborted) {
    try {
      const response = await session.fetch("/v1/alerts/stream", {
        headers: { accept: "text/event-stream", ...(last && { "last-event-id": last }) },
        patience: 3_600_000,
        signal,
      });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      // What happened before the stream was heard for the first time is in no event.
      if (!last) changed();
      let text = "";
      for (;;) {
        const piece = await reader?.read();
        if (!piece || piece.done) break;
        pause = 1_000;
        text += piece.value;
        const events = text.split("\n\n");
        text = events.pop() ?? "";
        for (const event of events) {
          last = /^id: ?(.+)$/m.exec(event)?.[1] ?? last;
          if (/^event: ?alert$/m.test(event)) changed();
        }
      }
    } catch {
      // Away for a while, or not there at all.
    }
    if (signal.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, 60_000);
  }
}

/** How grave it is what the register had to say to a sighting. */
export function toneOfSight(seen: string): Tone {
  switch (seen) {
    case "sound":
      return "good";
    case "sold":
    case "not-released":
      return "mild";
    case "unknown":
      return "quiet";
    default:
      return "grave";
  }
}

/** How urgent an alert looks. */
export function toneOf(alert: Pick<Listed, "state" | "score"> & { decision?: Decision | null }): Tone {
  if (alert.state === "decided") return alert.decision === "confirmed" ? "grave" : "good";
  return alert.score >= 0.7 ? "grave" : alert.score >= 0.4 ? "mild" : "quiet";
}
