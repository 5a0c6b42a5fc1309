// How grave a verdict or a state is, for its colour and its sign. The words always say it too.

import type { Sign } from "../design/Icon.svelte";
import type { Schemas } from "./api";

export type Tone = "good" | "mild" | "grave" | "quiet";

export function toneOf(verdict: string | undefined): Tone {
  switch (verdict) {
    case "in-circulation":
      return "good";
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

export function signOf(verdict: string | undefined): Sign {
  switch (verdict) {
    case "in-circulation":
      return "check";
    case "issued":
      return "cloud";
    case "sold":
      return "repeat";
    case "not-released":
      return "clock";
    case "misread":
      return "scan";
    case "unknown":
      return "ask";
    case "expired":
    case "withdrawn":
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
