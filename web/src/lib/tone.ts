// How grave a verdict or a state is, for its colour and its sign. The words always say it too.

import type { Sign } from "../design/Icon.svelte";
import type { Schemas } from "./api";

export type Tone = "good" | "mild" | "grave" | "quiet";

/** The tone of a verdict, by its wording. */
export function toneOf(wording: string | undefined): Tone {
  switch (wording) {
    case "in-circulation":
      return "good";
    case "seal-not-checked":
    case "sold":
    case "not-released":
    case "unknown":
      return "mild";
    case "expired":
    case "withdrawn":
    case "recalled":
    case "forged-seal":
      return "grave";
    default:
      return "quiet";
  }
}

export function signOf(wording: string | undefined): Sign {
  switch (wording) {
    case "in-circulation":
      return "check";
    case "issued":
      return "cloud";
    case "sold":
      return "repeat";
    case "not-released":
      return "clock";
    case "misread":
    case "typed-wrong":
    case "barcode":
    case "unknown-barcode":
    case "not-a-code":
      return "scan";
    case "unknown":
    case "foreign-code":
      return "ask";
    case "expired":
    case "withdrawn":
    case "seal-not-checked":
      return "warn";
    case "recalled":
    case "forged-seal":
      return "stop";
    default:
      return "cloud";
  }
}

/** The tone of a report's state. */
export function toneOfReport(status: Schemas["ReportStatus"]): Tone {
  switch (status) {
    case "confirmed":
      return "good";
    case "needs-information":
    case "reopened":
      return "mild";
    default:
      return "quiet";
  }
}
