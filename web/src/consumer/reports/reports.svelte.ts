// Reports of violations on this device: drafts, those that wait for a connection, and those that can be followed. A report
// is sent under the id that its draft was begun with, so that it arrives once, however often sending is tried.

import { type Schemas, Away, Refusal, api, done, got, within } from "../../lib/api";
import * as db from "../../lib/db";
import type { Place } from "../../lib/place";
import { isFinal } from "../../lib/troubles";

/** A report that is being written. */
export interface Draft {
  id: string;
  category: string;
  words: string;
  code: string;
  outlet: string;
  address: string;
  contact: string;
  place?: Place | undefined;
  photos: Blob[];
  /** When it was last changed, in ISO 8601. */
  at: string;
  /** Finished by its author, to be sent as soon as that can be. */
  waiting?: boolean | undefined;
}

/** A report that the server has. The token is the only way to it; it leaves the device in a header alone. */
export interface Kept {
  number: string;
  token: string;
  category: string;
  at: string;
  /** The id of the subscription by which answers are announced on this device. */
  subscription?: string | undefined;
}

/** What the device knows of a report that can be followed: also which draft it was, if it was written here. */
export type Followable = Kept & { draft?: string };

export type Followed = Schemas["FollowedReport"];

/** What came of sending. */
export type Sent = { kept: Kept; messages: string[] } | "waiting";

/** Why a finished report waits: there is no connection, or the server is busy and asked to come back. */
export type Why = "offline" | "busy";

const state = $state<{ waiting: number; why: Why; again: number | undefined; sent: string | undefined }>({
  waiting: 0,
  why: "offline",
  again: undefined,
  sent: undefined,
});

/** How many finished reports wait to be sent. */
export const waiting = (): number => state.waiting;
/** Why they wait. */
export const why = (): Why => state.why;
/** When the next one is tried, as a time of the clock. */
export const again = (): number | undefined => state.again;
/** The number of the report that was sent last after it had waited. */
export const sentLater = (): string | undefined => state.sent;

/** The first pause before a report is tried again, and the longest, in milliseconds. */
const SOON = 5_000;
const LATE = 300_000;
/** How soon it is looked whether a connection has come back unnoticed. */
const OFFLINE = 60_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let misses = 0;

/** What a failure tells about the time after it: why to wait, and for how long. */
export function pauseAfter(error: unknown, misses: number, chance: number): { why: Why; pause: number } {
  if (error instanceof Away && error.why === "offline") return { why: "offline", pause: OFFLINE };
  const asked = error instanceof Refusal ? (error.retryAfter ?? 0) * 1_000 : 0;
  // Twice as long each time, and not at the same moment as everybody else.
  const own = Math.min(LATE, SOON * 2 ** misses);
  return { why: "busy", pause: Math.min(Math.max(asked, own) * (1 + chance / 4), 3_600_000) };
}

/** Tries again after a while. */
function later(error: unknown): void {
  const { why, pause } = pauseAfter(error, misses, Math.random());
  misses += 1;
  state.why = navigator.onLine ? why : "offline";
  state.again = state.why === "busy" ? Date.now() + pause : undefined;
  clearTimeout(timer);
  timer = setTimeout(() => void flush(), pause);
}

/** Asks the browser to keep what is stored here: the only key to a report. */
export function persist(): void {
  void navigator.storage?.persist?.().catch(() => false);
}

export function empty(): Draft {
  return {
    id: crypto.randomUUID(),
    category: "",
    words: "",
    code: "",
    outlet: "",
    address: "",
    contact: "",
    photos: [],
    at: new Date().toISOString(),
  };
}

/** Whether anything was put into a draft. */
export function begun(draft: Draft): boolean {
  return (
    draft.category !== "" ||
    draft.words !== "" ||
    draft.outlet !== "" ||
    draft.address !== "" ||
    draft.photos.length > 0
  );
}

export const drafts = async (): Promise<Draft[]> => (await db.list("draft")).sort((a, b) => (a.at < b.at ? 1 : -1));
export const draft = (id: string): Promise<Draft | undefined> => db.find("draft", id);
export const save = (draft: Draft): Promise<unknown> =>
  db.put("draft", draft.id, { ...draft, at: new Date().toISOString() });
export const discard = (id: string): Promise<unknown> => db.remove("draft", id);

/** What is sent of a draft, besides its photos. */
function contentOf(draft: Draft): Schemas["ReportForm"] {
  const { id, category, code, place } = draft;
  const texts = { words: draft.words, outlet: draft.outlet, address: draft.address, contact: draft.contact };
  const given = Object.entries(texts).map(([name, text]) => [name, text.trim()]);
  return {
    id,
    category,
    ...(code && { code }),
    ...Object.fromEntries(given.filter(([, text]) => text)),
    ...(place && { latitude: place.latitude, longitude: place.longitude, accuracy_metres: place.accuracy_metres }),
  };
}

/** How content and photos become a form. */
const formOf =
  (photos: Blob[]) =>
  (content: object): FormData => {
    const form = new FormData();
    for (const [name, value] of Object.entries(content)) form.set(name, String(value));
    photos.forEach((photo, index) => form.append("photo", photo, `${index + 1}.jpg`));
    return form;
  };

/** Photos take long on a slow line. */
const slowly = within(120_000);

/** Sends a finished draft, or keeps it until there is a connection. Fails with the server's refusal of its content. */
export async function deliver(draft: Draft): Promise<Sent> {
  await save({ ...draft, waiting: true });
  try {
    return await transmit(draft);
  } catch (error) {
    if (isFinal(error)) {
      await save({ ...draft, waiting: undefined });
      throw error;
    }
    await count();
    later(error);
    return "waiting";
  }
}

/** One sending at a time on this device, whichever tab begins it. */
async function transmit(draft: Draft): Promise<Sent> {
  const work = async (): Promise<Sent> => {
    const known = (await db.list("followed")).find((kept) => kept.draft === draft.id);
    if (known) {
      await discard(draft.id);
      return { kept: known, messages: [] };
    }
    const content = { body: contentOf(draft), bodySerializer: formOf(draft.photos) };
    const receipt = await got(api.POST("/v1/reports", { ...content, fetch: slowly }));
    const kept = {
      number: receipt.number,
      token: receipt.token,
      category: draft.category,
      at: new Date().toISOString(),
    };
    await db.put("followed", receipt.number, { ...kept, draft: draft.id });
    persist();
    await discard(draft.id);
    await count();
    return { kept, messages: receipt.messages };
  };
  return navigator.locks ? navigator.locks.request(`report-${draft.id}`, work) : work();
}

async function count(): Promise<void> {
  state.waiting = (await drafts()).filter((draft) => draft.waiting).length;
}

let sending: Promise<void> | undefined;

/** Sends what waits, one at a time. A report that the server refuses goes back to its author as a draft. */
export function flush(): Promise<void> {
  sending ??= sendWaiting().finally(() => (sending = undefined));
  return sending;
}

async function sendWaiting(): Promise<void> {
  clearTimeout(timer);
  state.again = undefined;
  for (const draft of await drafts()) {
    if (!draft.waiting) continue;
    try {
      if (!navigator.onLine) throw new Away("offline");
      const sent = await transmit(draft);
      misses = 0;
      if (sent !== "waiting") state.sent = sent.kept.number;
    } catch (error) {
      if (isFinal(error)) {
        await save({ ...draft, waiting: undefined });
        continue;
      }
      later(error);
      break;
    }
  }
  await count();
}

/** Sends what an earlier visit left, and again when there is a connection, when the app is looked at, and after a pause. */
export function watch(): void {
  const again = () => void flush();
  addEventListener("online", again);
  document.addEventListener(
    "visibilitychange",
    () => document.visibilityState === "visible" && state.waiting > 0 && again(),
  );
  again();
}

export const followed = async (): Promise<Kept[]> => (await db.list("followed")).sort((a, b) => (a.at < b.at ? 1 : -1));
export const find = (number: string): Promise<Kept | undefined> => db.find("followed", number);
export const forget = (number: string): Promise<unknown> => db.remove("followed", number);

/** Takes up a report whose number and key were written down, or came as a link. */
export const keep = (kept: Kept): Promise<unknown> => db.put("followed", kept.number, kept);

/** The link that opens a report on another device. The key follows `#`, which no browser sends anywhere. */
export const linkOf = (kept: Kept): string => `${location.origin}/app/reports/${kept.number}#${kept.token}`;

/** A report's address and its key. */
export const of = (kept: Kept) => ({ path: { number: kept.number }, header: { "Tanba-Report-Token": kept.token } });

export const follow = (kept: Kept): Promise<Followed> => got(api.GET("/v1/reports/{number}", { params: of(kept) }));

/** Writes to the inspector, with photos if there are any. The same key makes a second try the same message. */
export async function write(kept: Kept, text: string, photos: Blob[], key: string): Promise<void> {
  const { path, header } = of(kept);
  const params = { path, header: { ...header, "Idempotency-Key": key } };
  const body = { text };
  const content =
    photos.length === 0
      ? { body }
      : { body, bodySerializer: () => formOf(photos)(text === "" ? {} : body), fetch: slowly };
  await done(api.POST("/v1/reports/{number}/messages", { params, ...content }));
}

/** Opens a decided report once more. The same key makes a second try the same deed. */
export async function reopen(kept: Kept, text: string, key: string): Promise<void> {
  const { path, header } = of(kept);
  const params = { path, header: { ...header, "Idempotency-Key": key } };
  await done(api.POST("/v1/reports/{number}/reopen", { params, body: text === "" ? {} : { text } }));
}

/** A photo of one's own report, as an address within the page. */
export async function ownPhoto(kept: Kept, photo: Schemas["ReportPhoto"]): Promise<string> {
  const { path, header } = of(kept);
  const params = { path: { ...path, id: photo.id }, header };
  const file = await got(
    api.GET("/v1/reports/{number}/photos/{id}", { params, parseAs: "blob", fetch: within(60_000) }),
  );
  return URL.createObjectURL(file);
}

/** Has the server delete what its author gave. */
export const erase = (kept: Kept): Promise<void> => done(api.DELETE("/v1/reports/{number}", { params: of(kept) }));
