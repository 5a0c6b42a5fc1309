// The register's own work: goods, participants, orders and the documents that move units on.

import type { Schemas } from "../lib/api";
import { path } from "../lib/api";
import { language, say } from "../lib/language.svelte";
import { session } from "../lib/session.svelte";
import type { Tone } from "../lib/tone";

export type Order = Schemas["Order"];
export type OrderProgress = Schemas["OrderProgress"];
export type OrderState = Schemas["OrderState"];
export type Shipment = Schemas["Shipment"];
export type Product = Schemas["Product"];
export type Participant = Schemas["Participant"];
export type Group = Schemas["Directory_ProductGroup"]["items"][number];
export type AccountCard = Schemas["AccountCard"];
export type AccountSecrets = Schemas["AccountSecrets"];
export type WithSecrets = Schemas["AccountWithSecrets"];
export type Approval = Schemas["Approval"];
export type Approved = Schemas["Approved"];
export type KeyCard = Schemas["KeyCard"];
export type KeysAndList = Schemas["KeysAndList"];

/** Whether an answer says that another operator has to approve first. */
export const isAsked = (answer: unknown): answer is Approval =>
  typeof answer === "object" && answer !== null && "asked_by" in answer;

/** One page of a list. */
export interface Listed<T> {
  items: T[];
  next_cursor?: string | null;
}

export const list = <T>(address: string, query: Record<string, string | undefined> = {}): Promise<Listed<T>> =>
  session.get<Listed<T>>(address, { query: { ...query, limit: 50 } });

/** Sends something new. The same key makes a second try the same deed. */
export const send = (address: string, json: unknown, key: string): Promise<unknown> =>
  session.post(address, { json, headers: { "idempotency-key": key }, patience: 60_000 });

export const order = (id: string): Promise<OrderProgress> => session.get(path("/v1/orders/{id}", { id }));

let groupsOnce: Promise<Group[]> | undefined;
/** Groups of goods with the fields that their cards need. */
export function groups(): Promise<Group[]> {
  groupsOnce ??= session
    .get<Schemas["Directory_ProductGroup"]>("/v1/reference/product-groups")
    .then((directory) => directory.items);
  groupsOnce.catch(() => (groupsOnce = undefined));
  return groupsOnce;
}

/** Hands out a file of the register. */
export async function download(
  address: string,
  name: string,
  query: Record<string, string | number> = {},
): Promise<void> {
  const response = await session.fetch(address, { query, patience: 300_000 });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A name in the language of now. */
export const named = (names: Schemas["Names"]): string => names[language()] ?? names.ru;

/** An order's state in words, and its tone. */
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

/** The day in the number of a customs declaration, NNNNN/DDMMYY/NNNNNNN, as "2026-11-20"; nothing when it has none. */
export function dayOfDeclaration(number: string): string | undefined {
  const found = /^\d{5}\/(\d\d)(\d\d)(\d\d)\/\d{7}$/.exec(number.trim());
  return found ? `20${found[3]}-${found[2]}-${found[1]}` : undefined;
}
