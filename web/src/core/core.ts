// The Rust core behind a worker. It is loaded when a camera or a photo first needs it, once for the life of the page.
// Hardly anything else is imported here: the worker is on its way before the rest of the app is there.

import type { Answer } from "../lib/api";
import type { Language } from "../lib/language.svelte";
import { openPicture } from "../lib/pictures";
import type { OfflineCard, Outgoing, Question, Reply, Sighting } from "./types";

let worker: Worker | undefined;
let last = 0;
const waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>();

type Ask = Question extends infer Q ? (Q extends Question ? Omit<Q, "id"> : never) : never;

function start(): Worker {
  const started = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "core" });
  started.onmessage = ({ data }: MessageEvent<Reply>) => {
    const asker = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.failed === undefined) asker?.resolve(data);
    else asker?.reject(new Error(data.failed));
  };
  started.onerror = () => {
    // The file could not be fetched, or the core stopped: the next question starts a new one.
    worker = undefined;
    for (const asker of waiting.values()) asker.reject(new Error("core"));
    waiting.clear();
  };
  return started;
}

function put(question: Ask, transfer: Transferable[] = []): Promise<Reply> {
  worker ??= start();
  const id = ++last;
  const reply = new Promise<Reply>((resolve, reject) => waiting.set(id, { resolve, reject }));
  worker.postMessage({ ...question, id }, transfer);
  return reply;
}

export const core = {
  /** Fetches and compiles the core, so that the first frame doesn't wait for it. */
  async warm(): Promise<void> {
    await put({ ask: "warm" });
  },
  /** Looks for a code in the middle of a frame of the camera. The picture is used up. */
  async frame(picture: VideoFrame | ImageBitmap): Promise<Sighting> {
    return (await put({ ask: "frame", picture }, [picture])).sighting ?? {};
  },
  /** Every code in a photo's file, marking codes first. Fails with `NotAPicture`. */
  async photo(file: Blob): Promise<string[]> {
    const picture = await openPicture(file);
    return (await put({ ask: "photo", picture }, [picture])).codes ?? [];
  },
  /** What can be said of a code without the server. */
  async judgeOffline(code: string, language: Language): Promise<OfflineCard> {
    const { card } = await put({ ask: "judge", code, language });
    if (!card) throw new Error("core");
    return card;
  },
  /** Takes over the scans that may go, and sends what is due. */
  async send(online: boolean): Promise<Outgoing> {
    const { outgoing } = await put({ ask: "send", online });
    if (!outgoing) throw new Error("core");
    return outgoing;
  },
  /** Remembers the goods of an answer, so that they have a name offline too. */
  async learn(answer: Answer): Promise<void> {
    if (worker && answer.product) await put({ ask: "learn", answer: JSON.stringify(answer) });
  },
};
