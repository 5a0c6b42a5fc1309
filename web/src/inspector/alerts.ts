// Alerts as the server tells them, hot spots, and the stream of changes.

import { type Listed as ListOf, type Schemas, done, got } from "../lib/api";
import { handOut } from "../lib/download";
import { follow } from "../lib/follow";
import { say } from "../lib/language.svelte";
import { session } from "../lib/session.svelte";
import type { Tone } from "../lib/tone";
import { type HotFeature, isHotMap } from "../map/map";

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

/** Whose alerts or reports are shown: everybody's, those that are free, the caller's. */
export type Whose = "" | "none" | "me";
export type State = Schemas["AlertState"];

interface Filter {
  from?: string | undefined;
  to?: string | undefined;
  state?: State | undefined;
  assignee?: string | undefined;
  gtin?: string | undefined;
  order?: "score" | "time" | undefined;
}

export const list = (filter: Filter, cursor?: string): Promise<ListOf<Listed>> =>
  got(session.api.GET("/v1/alerts", { params: { query: { ...filter, limit: 100, cursor } } }));

export const find = (id: string): Promise<Alert> =>
  got(session.api.GET("/v1/alerts/{id}", { params: { path: { id } } }));

/** What an inspector does with an alert, each with the body that it takes. */
export interface Acts {
  assign: Schemas["AlertAssignment"];
  decision: Schemas["NewAlertDecision"];
  notes: Schemas["NewAlertNote"];
  links: Schemas["NewAlertLink"];
}

/** Takes, decides, notes or links. The same key makes a second try the same deed. */
export function act<What extends keyof Acts>(id: string, what: What, body: Acts[What], key: string): Promise<void> {
  const params = { path: { id }, header: { "Idempotency-Key": key } };
  const ways: { [W in keyof Acts]: (body: Acts[W]) => Promise<unknown> } = {
    assign: (body) => session.api.POST("/v1/alerts/{id}/assign", { params, body }),
    decision: (body) => session.api.POST("/v1/alerts/{id}/decision", { params, body }),
    notes: (body) => session.api.POST("/v1/alerts/{id}/notes", { params, body }),
    links: (body) => session.api.POST("/v1/alerts/{id}/links", { params, body }),
  };
  return done(ways[what](body));
}

/** Where suspicious scans gather, or how much is scanned where. */
export async function hotspots(filter: Pick<Filter, "from" | "to">, method: "cells" | "scans"): Promise<HotFeature[]> {
  const map = await got(session.api.GET("/v1/hotspots", { params: { query: { ...filter, method } } }));
  return isHotMap(map) ? map.features : [];
}

/** Hands the list out as a file. */
export async function download(kind: "csv" | "geojson", filter: Filter): Promise<void> {
  const options = { params: { query: filter }, parseAs: "blob" as const, fetch: session.within(60_000) };
  const { api } = session;
  const file = await (kind === "csv"
    ? got(api.GET("/v1/alerts/export.csv", options))
    : got(api.GET("/v1/alerts/export.geojson", options)));
  handOut(file, `alerts.${kind}`);
}

/** How long a stream stays open at most, in milliseconds. */
const HOUR = 3_600_000;

/** Follows the changes of alerts until `signal` ends it. */
export function watch(signal: AbortSignal, changed: () => void): Promise<void> {
  return follow({
    signal,
    open: (after) =>
      got(
        session.api.GET("/v1/alerts/stream", {
          params: { ...(after !== undefined && { header: { "Last-Event-ID": after } }) },
          headers: { accept: "text/event-stream" },
          parseAs: "stream",
          fetch: session.within(HOUR),
          signal,
        }),
      ),
    opened: changed,
    heard: ({ kind }) => void (kind === "alert" && changed()),
  });
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
