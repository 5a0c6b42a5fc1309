// What the app asks of the Rust core, and what it answers. The core runs in a worker, so that reading a frame never makes
// the page stutter.

import type { Schemas } from "../lib/api";

/** A scan on the device; `held` until its owner has said how much of its place may be sent. */
export type Kept = Schemas["NewScan"] & { held?: true };

/** How many scans wait in the outbox, and when to look again. */
export interface Outgoing {
  waiting: number;
  again?: string;
}

/** What would help to read a code. */
export type Hint = "closer" | "hold-still" | "too-dark";

/** What a frame held. */
export interface Sighting {
  /** The code's text, with what the symbol says of it. */
  code?: string;
  hint?: Hint;
}

/** What the device can say of a code without the server, in words of one language. */
export interface OfflineCard {
  verdict: string;
  /** Its wording; absent in what older versions kept. */
  wording?: string;
  title: string;
  advice: string;
  reasons: string[];
  facts: { slug?: string; label: string; value: string }[];
  note: string | null;
}

/** Questions to the worker; each is answered with the same `id`. */
export type Question =
  | { id: number; ask: "warm" }
  | { id: number; ask: "frame"; picture: VideoFrame | ImageBitmap }
  | { id: number; ask: "photo"; picture: ImageBitmap }
  | { id: number; ask: "judge"; code: string; language: string }
  | { id: number; ask: "learn"; answer: string }
  | { id: number; ask: "send"; online: boolean };

export type Reply = {
  id: number;
  sighting?: Sighting;
  card?: OfflineCard;
  codes?: string[];
  outgoing?: Outgoing;
  failed?: string;
};
