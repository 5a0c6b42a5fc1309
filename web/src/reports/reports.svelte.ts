// Reports of violations on this device: drafts, those that wait for a connection, and those that can be followed. A report
// is sent under the id that its draft was begun with, so that it arrives once, however often sending is tried.

import { type Schemas, Refusal, get, path, post, read, send } from "../lib/api";
import * as db from "../lib/db";
import { say } from "../lib/language.svelte";
import type { Place } from "../lib/place";

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
}

export type Followed = Schemas["FollowedReport"];
type Receipt = Schemas["ReportReceipt"];

/** What came of sending. */
export type Sent = { kept: Kept; messages: string[] } | "waiting";

const state = $state({ waiting: 0 });

/** How many finished reports wait for a connection. */
export const waiting = (): number => state.waiting;

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
  return draft.category !== "" || draft.words !== "" || draft.outlet !== "" || draft.address !== "" || draft.photos.length > 0;
}

export const drafts = async (): Promise<Draft[]> =>
  (await db.list<Draft>("draft")).sort((a, b) => (a.at < b.at ? 1 : -1));
export const draft = (id: string): Promise<Draft | undefined> => db.find<Draft>("draft", id);
export const save = (draft: Draft): Promise<unknown> => db.put("draft", draft.id, { ...draft, at: new Date().toISOString() });
export const discard = (id: string): Promise<unknown> => db.remove("draft", id);

function form(draft: Draft): FormData {
  const form = new FormData();
  const texts: Record<string, string | undefined> = {
    id: draft.id,
    category: draft.category,
    words: draft.words.trim(),
    code: draft.code,
    outlet: draft.outlet.trim(),
    address: draft.address.trim(),
    contact: draft.contact.trim(),
    latitude: draft.place && String(draft.place.latitude),
    longitude: draft.place && String(draft.place.longitude),
    accuracy_metres: draft.place && String(draft.place.accuracy_metres),
  };
  for (const [name, text] of Object.entries(texts)) if (text) form.set(name, text);
  draft.photos.forEach((photo, index) => form.append("photo", photo, `${index + 1}.jpg`));
  return form;
}

/** Sends a finished draft, or keeps it until there is a connection. Fails with the server's refusal of its content. */
export async function deliver(draft: Draft): Promise<Sent> {
  await save({ ...draft, waiting: true });
  try {
    return await transmit(draft);
  } catch (error) {
    if (error instanceof Refusal && !error.mayPass) {
      await save({ ...draft, waiting: undefined });
      throw error;
    }
    await count();
    return "waiting";
  }
}

/** One sending at a time on this device, whichever tab begins it. */
async function transmit(draft: Draft): Promise<Sent> {
  const work = async (): Promise<Sent> => {
    const known = (await db.list<Kept & { draft?: string }>("followed")).find((kept) => kept.draft === draft.id);
    if (known) {
      await discard(draft.id);
      return { kept: known, messages: [] };
    }
    const receipt = await post<Receipt>("/v1/reports", { form: form(draft), patience: 120_000 });
    const kept = { number: receipt.number, token: receipt.token, category: draft.category, at: new Date().toISOString() };
    await db.put("followed", receipt.number, { ...kept, draft: draft.id });
    await discard(draft.id);
    await count();
    return { kept, messages: receipt.messages };
  };
  return navigator.locks ? navigator.locks.request(`report-${draft.id}`, work) : work();
}

async function count(): Promise<void> {
  state.waiting = (await drafts()).filter((draft) => draft.waiting).length;
}

/** Sends what waits. A report that the server refuses goes back to its author as a draft. */
export async function flush(): Promise<void> {
  for (const draft of await drafts()) {
    if (!draft.waiting || !navigator.onLine) continue;
    try {
      await transmit(draft);
    } catch (error) {
      if (error instanceof Refusal && !error.mayPass) await save({ ...draft, waiting: undefined });
      else break;
    }
  }
  await count();
}

/** Sends what an earlier visit left, and again whenever there is a connection. */
export function watch(): void {
  addEventListener("online", () => void flush());
  void flush();
}

export const followed = async (): Promise<Kept[]> =>
  (await db.list<Kept>("followed")).sort((a, b) => (a.at < b.at ? 1 : -1));
export const find = (number: string): Promise<Kept | undefined> => db.find<Kept>("followed", number);
export const forget = (number: string): Promise<unknown> => db.remove("followed", number);

/** Takes up a report whose number and key were written down, or came as a link. */
export const keep = (kept: Kept): Promise<unknown> => db.put("followed", kept.number, kept);

/** The link that opens a report on another device. The key stands behind `#`, which no browser sends anywhere. */
export const linkOf = (kept: Kept): string => `${location.origin}/app/reports/${kept.number}#${kept.token}`;

const secret = (kept: Kept): Record<string, string> => ({ "tanba-report-token": kept.token });
const address = (kept: Kept, tail = ""): string => path(`/v1/reports/{number}${tail}`, { number: kept.number });

export const follow = (kept: Kept): Promise<Followed> => get<Followed>(address(kept), { headers: secret(kept) });

/** Writes to the inspector, or opens a decided report once more. The same key makes a second try the same message. */
export async function write(kept: Kept, kind: "messages" | "reopen", text: string, key: string): Promise<void> {
  const headers = { ...secret(kept), "idempotency-key": key };
  await post(address(kept, `/${kind}`), { headers, json: text === "" ? {} : { text } });
}

/** Has the server delete what its author gave. */
export async function erase(kept: Kept): Promise<void> {
  await read(await send("DELETE", address(kept), { headers: secret(kept) }));
}

/** Categories in the order of the server's directory, which changes rarely: asked for, or else as built in. */
const CATEGORIES = [
  "expired-goods",
  "poor-quality",
  "unmarked-goods",
  "information-mismatch",
  "code-copied",
  "sold-twice",
  "damaged-stamp",
  "price-mismatch",
  "other",
] as const;

export function categories(): { value: string; title: string }[] {
  return CATEGORIES.map((slug) => ({ value: slug, title: say(`category-${slug}`) }));
}

/** The name of a category. */
export function categoryName(slug: string): string {
  return categories().find((category) => category.value === slug)?.title ?? slug;
}
