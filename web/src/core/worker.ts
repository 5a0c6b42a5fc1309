// The worker in which the Rust core runs: reads frames and photos, judges without the server, and keeps what it needs for
// that (the signed list of keys, cards of products) in the device's store.

import init, * as wasm from "virtual:core";

import * as db from "../lib/db";
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
  ready ??= (async () => {
    await init();
    live = new wasm.Live();
    await restore();
    void renewKeys();
  })();
  return ready;
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

/** The pixels of a picture, no larger than `largest` on its longer side. The picture is used up. */
function pixels(picture: ImageBitmap, largest = Number.POSITIVE_INFINITY): ImageData {
  const scale = Math.min(1, largest / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  if (!canvas || canvas.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  return context.getImageData(0, 0, width, height);
}

const bytes = (image: ImageData): Uint8Array => new Uint8Array(image.data.buffer);

async function answer(question: Question): Promise<Omit<Reply, "id">> {
  switch (question.ask) {
    case "warm":
      await start();
      return {};
    case "frame": {
      await start();
      const image = pixels(question.picture);
      const sight = live?.frame(bytes(image), image.width, image.height, FRAME);
      const found = sight?.found[0];
      const hint = sight?.hint ? HINTS[sight.hint] : undefined;
      return { sighting: { ...(found && { code: found.symbology + found.text }), ...(hint && { hint }) } };
    }
    case "photo": {
      await start();
      const image = pixels(question.picture, LARGEST);
      const found = wasm.photo(bytes(image), image.width, image.height, PHOTO);
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
