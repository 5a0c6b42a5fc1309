// The objects that go over the border.

/** What a scanned or typed text is; `null` where the text names no such thing. */
export interface Scanned {
  kind: "unit" | "pack" | "stamp" | "tobacco" | "product" | "other" | null;
  gtin: string | null;
  serial: string | null;
  sscc: string | null;
  /** The elements in brackets: `(01)…(21)…`. */
  bracketed: string | null;
  /** Slugs of what was repaired; words: `message(language, "repair-" + slug, "{}")`. */
  repaired: string[];
  /** Why the text is no code; words: `message(language, "parse-" + slug, "{}")`. */
  fault: { slug: string; at: number } | null;
}

/** What the colour should say; never tell it by colour alone. */
export type ColourRole = "favourable" | "caution" | "danger" | "neutral";
/** What the icon should say. */
export type IconRole = "check" | "clock" | "alert" | "stop" | "question" | "scan" | "offline";
/** What the app does when the person takes a step. */
export type Action = "report" | "scan-again" | "check-online" | "scan-next";

/** Everything that a screen shows for a verdict. */
export interface Card {
  verdict: string;
  /** In which words it is told: the verdict, or another slug that says more. */
  wording: string;
  title: string;
  advice: string;
  colour: ColourRole;
  icon: IconRole;
  reasons: string[];
  facts: { slug: string; label: string; value: string }[];
  next: { action: Action; label: string }[];
  offline: boolean;
  /** When the register said so, or how old the phone's list of keys is. */
  note: string | null;
}

/** How old the list of keys is. */
export interface KeyListAge {
  version: number;
  issuedAt: string;
  /** When the register last served it here; `null` for one that came with the app. */
  confirmedAt: string | null;
  seconds: number;
  /** Whether it still vouches for its keys: for 24 hours after it was confirmed. */
  trusted: boolean;
}

/** A symbol that was read. */
export interface Found {
  /** What it says; GS is U+001D. */
  text: string;
  format: "data-matrix" | "qr-code" | "ean-13" | "ean-8" | "upc-a" | "upc-e" | "code-128";
  /** The AIM symbology identifier. */
  symbology: string;
  /** What a scanner would send for it: what `parse`, `judgeOffline` and the register take. */
  scanned: string;
  /** Top left, top right, bottom right, bottom left, in pixels of the picture. */
  corners: [number, number][];
}

/** What a frame showed. */
export interface Sight {
  found: Found[];
  /** What the person could do, when nothing was read; words: `message(language, "scan-hint-" + hint, "{}")`. */
  hint: "too-dark" | "too-far" | "too-blurred" | null;
}
