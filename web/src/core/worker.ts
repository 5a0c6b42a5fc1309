// The worker in which the Rust core runs: reads frames and photos, judges without the server, and keeps what it needs for
// that (the signed list of keys, cards of products) in the device's store.

import init, * as wasm from "virtual:core";

import * as db from "../lib/db";
import { send } from "./outbox";
import type { Hint, OfflineCard, Question, Reply } from "./types";

const HINTS: Record<string, Hint> = { "too-far": "closer", "too-blurred": "hold-still", "too-dark": "too-dark" };
/** How long a frame may take, in milliseconds. */
const FRAME = 60;
/** How long a photo may take, in milliseconds. */
const PHOTO = 3_000;
/** The longest side of a photo that is looked at, in pixels. */
const LARGEST = 2_400;

let live: wasm.Live | undefined;
let ready: Promise<void> | undefined;
let canvas: OffscreenCanvas | undefined;

function start(): Promise<void> {
  ready ??= begin().catch((error: unknown) => {
    // What could not be fetched may be there the next time.
    ready = undefined;
    throw error;
  });
  return ready;
}

async function begin(): Promise<void> {
  await init();
  live = new wasm.Live();
  await restore();
  void renewKeys();
}

const now = (): string => new Date().toISOString();

/** Takes up what an earlier visit kept. What no longer fits is fetched anew. */
async function restore(): Promise<void> {
  try {
    const root = await db.find<string>("core", "root");
    if (root) wasm.setRoot(root);
    const keys = await db.find<Uint8Array>("core", "keys");
    if (root && keys) wasm.restoreKeyList(keys);
    const products = await db.find<Uint8Array>("core", "products");
    if (products) wasm.restoreProducts(products);
  } catch {
    // The first answers offline will say less.
  }
}

/** Fetches the list of keys when it is due. Its root is pinned on the first visit; a list under another one is refused. */
async function renewKeys(): Promise<void> {
  try {
    if (!wasm.keyListIsDue(now())) return;
    const response = await fetch("/v1/keys");
    if (!response.ok) return;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const { root } = JSON.parse(new TextDecoder().decode(bytes)) as { root?: string };
    const pinned = await db.find<string>("core", "root");
    if (!pinned && root) {
      wasm.setRoot(root);
      await db.put("core", "root", root);
    }
    wasm.setKeyList(bytes, now());
    await db.put("core", "keys", wasm.saveKeyList());
  } catch {
    // The old list goes on; offline answers tell its age.
  }
}

/** Pixels as the core takes them: gray, or the RGBA of a canvas. */
interface Pixels {
  bytes: Uint8Array;
  width: number;
  height: number;
}

/** Formats of a frame that begin with a plane of gray, one byte a pixel. */
const GRAY_FIRST = ["I420", "I420A", "I422", "I444", "NV12", "NV21"];

/** The middle of a frame, where the page shows where to aim: most of what the eye aims at, a third of the work. */
function middle(width: number, height: number): { x: number; y: number; width: number; height: number } {
  // Colours are kept for two pixels by two: a part begins and ends between those.
  const even = (pixels: number) => Math.max(2, 2 * Math.floor(pixels / 2));
  const side = Math.min(width, height);
  const across = even(Math.min(width, side * 1.35));
  return { x: even((width - across) / 2 + 2) - 2, y: even((height - side) / 2 + 2) - 2, width: across, height: even(side) };
}

/** What is to be read of a frame. The frame is used up. */
async function aimed(frame: VideoFrame | ImageBitmap): Promise<Pixels> {
  if (!("codedWidth" in frame)) return drawn(frame, middle(frame.width, frame.height));
  try {
    const { visibleRect, format } = frame;
    if (!visibleRect || !GRAY_FIRST.includes(format ?? "")) return drawn(frame, middle(frame.displayWidth, frame.displayHeight));
    // The camera's own gray: no colours to work out, and nothing to be fetched back from the graphics chip.
    const part = middle(visibleRect.width, visibleRect.height);
    const rect = { ...part, x: visibleRect.x + part.x, y: visibleRect.y + part.y };
    const planes = new Uint8Array(frame.allocationSize({ rect }));
    await frame.copyTo(planes, { rect });
    return { bytes: planes.subarray(0, part.width * part.height), width: part.width, height: part.height };
  } finally {
    frame.close();
  }
}

/** Part of a picture, no larger than `largest` on its longer side, by way of a canvas. The picture is used up. */
function drawn(picture: VideoFrame | ImageBitmap, part: { x?: number; y?: number; width: number; height: number }, largest = Number.POSITIVE_INFINITY): Pixels {
  const scale = Math.min(1, largest / Math.max(part.width, part.height));
  const width = Math.max(1, Math.round(part.width * scale));
  const height = Math.max(1, Math.round(part.height * scale));
  if (!canvas || canvas.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  context.drawImage(picture, part.x ?? 0, part.y ?? 0, part.width, part.height, 0, 0, width, height);
  picture.close();
  return { bytes: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer), width, height };
}

async function answer(question: Question): Promise<Omit<Reply, "id">> {
  switch (question.ask) {
    case "warm":
      await start();
      return {};
    case "frame": {
      await start();
      const { bytes, width, height } = await aimed(question.picture);
      const sight = live?.frame(bytes, width, height, FRAME);
      const found = sight?.found[0];
      const hint = sight?.hint ? HINTS[sight.hint] : undefined;
      return { sighting: { ...(found && { code: found.symbology + found.text }), ...(hint && { hint }) } };
    }
    case "photo": {
      await start();
      const { bytes, width, height } = drawn(question.picture, question.picture, LARGEST);
      const found = wasm.photo(bytes, width, height, PHOTO);
      return { codes: found.map((found) => found.symbology + found.text) };
    }
    case "judge": {
      await start();
      const { verdict, title, advice, reasons, facts, note } = wasm.judgeOffline(question.code, question.language, now());
      const card: OfflineCard = {
        verdict,
        title,
        advice,
        reasons: [...reasons],
        facts: facts.map(({ label, value }) => ({ label, value })),
        note,
      };
      return { card };
    }
    case "send":
      await start();
      return { outgoing: await send(question.online) };
    case "learn":
      // Not worth loading the core for.
      if (!ready) return {};
      await ready;
      wasm.learnProduct(question.answer, now());
      await db.put("core", "products", wasm.saveProducts());
      return {};
  }
}

self.onmessage = async ({ data }: MessageEvent<Question>) => {
  let reply: Reply;
  try {
    reply = { id: data.id, ...(await answer(data)) };
  } catch (error) {
    reply = { id: data.id, failed: error instanceof Error ? error.message : String(error) };
  }
  self.postMessage(reply);
};
