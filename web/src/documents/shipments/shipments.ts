// Shipments: their states in words and colours.

import type { Schemas } from "../../lib/api";
import { say } from "../../lib/language.svelte";
import type { Tone } from "../../lib/tone";

export type Shipment = Schemas["Shipment"];

export const tone: Record<Shipment["state"], Tone> = { awaiting: "mild", accepted: "good", cancelled: "quiet" };
export const stateName: Record<Shipment["state"], () => string> = {
  awaiting: () => say("web-shipment-awaiting"),
  accepted: () => say("web-shipment-accepted"),
  cancelled: () => say("web-shipment-cancelled"),
};
