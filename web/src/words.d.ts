// The modules that the build makes.

declare module "virtual:words/*" {
  const text: string;
  export default text;
}

declare module "virtual:core" {
  /** A code that was found in a picture. */
  interface Found {
    text: string;
    format: string;
    /** The identifier of the symbol: `]d2` and the like. */
    symbology: string;
    /** What a scanner would send for it: what is judged and asked about. */
    scanned: string;
    corners: [number, number][];
  }

  /** What the device can say of a code by itself, in words. */
  interface Card {
    verdict: string;
    wording: string;
    title: string;
    advice: string;
    colour: "favourable" | "caution" | "danger" | "neutral";
    icon: string;
    reasons: string[];
    facts: { slug: string; label: string; value: string }[];
    offline: boolean;
    note: string | null;
  }

  export default function init(): Promise<unknown>;
  export function setRoot(hex: string): void;
  export function setKeyList(bytes: Uint8Array, now: string): string;
  export function keyListIsDue(now: string): boolean;
  export function saveKeyList(): Uint8Array;
  export function restoreKeyList(bytes: Uint8Array): void;
  export function learnProduct(answer: string, now: string): void;
  export function saveProducts(): Uint8Array;
  export function restoreProducts(bytes: Uint8Array): void;
  export function judgeOffline(text: string, language: string, now: string): Card;
  export function photo(pixels: Uint8Array, width: number, height: number, milliseconds: number): Found[];
  /** What waits to be sent. Errors are slugs: `full`, `unfit-verdict`, `unfit-…`, `malformed`, `storage`. */
  export class Outbox {
    static open(storage: IndexedDbStorage): Promise<Outbox>;
    keepScan(scan: import("./core/types").Kept): Promise<void>;
    next(now: string): Promise<{ number: number; body: string } | undefined>;
    settle(number: number, status: number, retryAfter: number | undefined, now: string): Promise<void>;
    dueAt(now: string): string | undefined;
    waiting(): { id: string; refused: boolean }[];
    discard(id: string): Promise<void>;
  }

  /** The outbox's place in IndexedDB. Throws `in-use` while another tab has it open. */
  export class IndexedDbStorage {
    static open(): Promise<IndexedDbStorage>;
    close(): Promise<void>;
  }

  export class Live {
    frame(
      pixels: Uint8Array,
      width: number,
      height: number,
      milliseconds: number,
    ): { found: Found[]; hint: "too-dark" | "too-far" | "too-blurred" | null };
  }
}

declare module "virtual:outlines" {
  const outlines: import("geojson").FeatureCollection<import("geojson").Geometry, { ours: boolean }>;
  export default outlines;
}

declare module "virtual:towns" {
  const towns: { kk: string; ru: string; en: string; latitude: number; longitude: number }[];
  export default towns;
}
