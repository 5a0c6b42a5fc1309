// The worker in which the Rust core runs: reads frames and photos, judges without the server, and keeps what it needs for
// that (the signed list of keys, cards of products) in the device's store.

import init, * as wasm from "virtual:core";

import * as db from "../lib/db";
import { whiten } from "../lib/pictures";
import { bytesOf, textOf } from "./kept";
import { send } from "./outbox";
import type { Hint, OfflineCard, Question, Reply } from "./types";

const HINTS: Record<string, Hint> = { "too-far": "closer", "too-blurred": "hold-still", "too-dark": "too-dark" };
/** How long a frame may take, in milliseconds. */
const FRAME = 60;
/** How long a photo may take, in milliseconds. */
const PHOTO = 3_000;
/** How long a large photo is looked at once more when a marking code was read already: others may be smaller. */
const MORE = 500;
/** How long each search for one more code beside those that were read may take, in milliseconds. */
const BESIDE = 300;
/** Most codes of a photo that are looked for one by one. */
const MANY = 12;
/** The longest side of a photo at the first look, in pixels. */
const LARGEST = 2_400;
/** Most pixels of a photo at the second look, a phone's memory in mind. */
const MOST = 16_777_216;
/** Rows of a photo that are drawn at once for the second look. */
const BAND = 512;

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
    const root = await textOf("root");
    if (root) wasm.setRoot(root);
    const keys = await bytesOf("keys");
    if (root && keys) wasm.restoreKeyList(keys);
    const products = await bytesOf("products");
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
    const pinned = await textOf("root");
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
  return {
    x: even((width - across) / 2 + 2) - 2,
    y: even((height - side) / 2 + 2) - 2,
    width: across,
    height: even(side),
  };
}

/** What is to be read of a frame. The frame is used up. */
async function aimed(frame: VideoFrame | ImageBitmap): Promise<Pixels> {
  try {
    if (!("codedWidth" in frame)) return drawn(frame, middle(frame.width, frame.height));
    const { visibleRect, format } = frame;
    if (!visibleRect || !GRAY_FIRST.includes(format ?? ""))
      return drawn(frame, middle(frame.displayWidth, frame.displayHeight));
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

/** Part of a picture, no larger than `largest` on its longer side, by way of a canvas, on white. */
function drawn(
  picture: VideoFrame | ImageBitmap,
  part: { x?: number; y?: number; width: number; height: number },
  largest = Number.POSITIVE_INFINITY,
): Pixels {
  const scale = Math.min(1, largest / Math.max(part.width, part.height));
  const width = Math.max(1, Math.round(part.width * scale));
  const height = Math.max(1, Math.round(part.height * scale));
  if (!canvas || canvas.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  // The canvas still shows the picture before.
  whiten(context);
  context.drawImage(picture, part.x ?? 0, part.y ?? 0, part.width, part.height, 0, 0, width, height);
  return { bytes: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer), width, height };
}

/** A picture in gray at one `divisor`th of its size, a few rows at a time: its colours would take four times the memory. */
function grayed(picture: ImageBitmap, divisor: number): Pixels {
  const width = Math.floor(picture.width / divisor);
  const height = Math.floor(picture.height / divisor);
  const bytes = new Uint8Array(width * height);
  const context = new OffscreenCanvas(width, Math.min(BAND, height)).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  for (let top = 0; top < height; top += BAND) {
    const rows = Math.min(BAND, height - top);
    whiten(context);
    context.drawImage(picture, 0, top * divisor, width * divisor, rows * divisor, 0, 0, width, rows);
    const { data } = context.getImageData(0, 0, width, rows);
    for (let from = 0, to = top * width; from < data.length; from += 4, to += 1) {
      bytes[to] = (77 * (data[from] ?? 0) + 150 * (data[from + 1] ?? 0) + 29 * (data[from + 2] ?? 0)) >> 8;
    }
  }
  return { bytes, width, height };
}

/** Whether a code is what goods are marked with, as far as its form tells; a product's bar code is not. */
const isMarking = ({ format, symbology, text }: wasm.Found): boolean =>
  format === "data-matrix" || ["]Q3", "]C1"].includes(symbology) || (format === "qr-code" && /\/(01|s)\//.test(text));

/** Lays white over a symbol that was read, so that the next look finds others. */
function cover({ bytes, width, height }: Pixels, { corners }: wasm.Found, scale: number): void {
  const points = corners.map(([x, y]) => [x * scale, y * scale] as const);
  const depth = bytes.length / (width * height);
  const rows = points.map(([, y]) => y);
  for (let row = Math.max(0, Math.floor(Math.min(...rows))); row < Math.min(height, Math.max(...rows)); row += 1) {
    // Where the edges of the symbol cross the row.
    const crossings = points.flatMap(([x, y], index) => {
      const [nextX, nextY] = points[(index + 1) % points.length] ?? [x, y];
      return y <= row === nextY <= row ? [] : [x + ((row - y) * (nextX - x)) / (nextY - y)];
    });
    if (crossings.length < 2) continue;
    const from = Math.max(0, Math.floor(Math.min(...crossings)));
    const to = Math.min(width, Math.ceil(Math.max(...crossings)));
    if (from < to) bytes.fill(255, (row * width + from) * depth, (row * width + to) * depth);
  }
}

/** Every code in a photo, marking codes first. The reader ends with the first marking code, and two labels that lie close
 * together are one region to it: what it has read is covered, and it looks for others. Where the photo is large, small codes
 * are looked for once more. */
function codesOf(picture: ImageBitmap): wasm.Found[] {
  const begun = performance.now();
  const isLarge = Math.max(picture.width, picture.height) > LARGEST;
  const found: wasm.Found[] = [];
  const add = (codes: wasm.Found[]): wasm.Found[] => {
    const others = codes.filter(
      (code) => !found.some((known) => known.format === code.format && known.text === code.text),
    );
    found.push(...others);
    return others;
  };
  const first = drawn(picture, picture, LARGEST);
  let last = add(wasm.photo(first.bytes, first.width, first.height, isLarge ? PHOTO / 2 : PHOTO));
  while (last.some(isMarking) && found.length < MANY) {
    for (const code of last) cover(first, code, 1);
    last = add(wasm.photo(first.bytes, first.width, first.height, BESIDE));
  }
  if (isLarge) {
    const left = found.some(isMarking) ? MORE : PHOTO - (performance.now() - begun);
    const second = grayed(picture, Math.ceil(Math.sqrt((picture.width * picture.height) / MOST)));
    for (const code of found) cover(second, code, second.width / first.width);
    add(wasm.photo(second.bytes, second.width, second.height, Math.max(left, MORE)));
  }
  const marking = found.filter(isMarking);
  // A bar code beside the marking code of the same product says nothing more.
  const others = found.filter(
    (code) =>
      !isMarking(code) && !(/^ean|^upc/.test(code.format) && marking.some(({ text }) => text.includes(code.text))),
  );
  return [...marking, ...others];
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
      return { sighting: { ...(found && { code: found.scanned }), ...(hint && { hint }) } };
    }
    case "photo": {
      await start();
      try {
        return { codes: codesOf(question.picture).map((found) => found.scanned) };
      } finally {
        question.picture.close();
      }
    }
    case "judge": {
      await start();
      const { verdict, wording, title, advice, reasons, facts, note } = wasm.judgeOffline(
        question.code,
        question.language,
        now(),
      );
      const card: OfflineCard = {
        verdict,
        wording,
        title,
        advice,
        reasons: [...reasons],
        facts: facts.map(({ slug, label, value }) => ({ slug, label, value })),
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
