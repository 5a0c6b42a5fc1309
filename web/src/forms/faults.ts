// Faults of a request in words of people: which field of a form a fault belongs to, and what the field is called.

import type { Key } from "../generated/words";
import { say } from "../lib/language.svelte";

/** Whether a fault at this path of the body belongs to the field of this name. */
export const covers = (name: string, path: string): boolean =>
  path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`);

/** What people call the fields of bodies, by the last name of their paths. */
const NAMES: Record<string, Key> = {
  gtin: "web-fact-gtin",
  quantity: "web-register-quantity",
  participant: "web-register-for",
  price_tenge: "web-register-price",
  bin: "web-bin",
  name: "web-register-name",
  trade_name: "web-fact-name",
  manufacturer: "web-fact-manufacturer",
  country: "web-register-country",
  hs_code: "web-register-hs",
  roles: "web-register-roles",
  address: "web-report-address",
  produced_on: "web-fact-produced",
  expires_on: "web-fact-expires",
  importer: "web-fact-importer",
  declaration_number: "web-fact-declaration",
  declared_on: "web-fact-declaration",
  receiver: "web-deed-receiver",
  receipt: "web-deed-receipt",
  reason: "web-deed-reason",
  words: "web-decide-note",
  first: "web-deed-first",
  last: "web-deed-last",
};

/** What people call a field; an empty text where its fault says enough by itself. */
export function fieldName(path: string): string {
  const parts = path.split(/[.[\]]+/).filter((part) => part && !/^\d+$/.test(part));
  const known = parts.reverse().find((part) => part in NAMES);
  const key = known && NAMES[known];
  return key ? say(key) : "";
}
