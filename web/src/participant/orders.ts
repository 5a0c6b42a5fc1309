// Orders of codes: their states in words and colours.

import type { Schemas } from "../lib/api";
import { say } from "../lib/language.svelte";
import type { Tone } from "../lib/tone";

export type Order = Schemas["Order"];
export type OrderState = Schemas["OrderState"];

export const orderState: Record<OrderState, () => string> = {
  "awaiting-approval": () => say("web-order-awaiting"),
  approved: () => say("web-order-approved"),
  refused: () => say("web-order-refused"),
  voided: () => say("web-order-voided"),
};
export const orderTone: Record<OrderState, Tone> = {
  "awaiting-approval": "mild",
  approved: "good",
  refused: "grave",
  voided: "quiet",
};
export const ORDER_STATES: OrderState[] = ["awaiting-approval", "approved", "refused", "voided"];
