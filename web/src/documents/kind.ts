// A kind of document: a folder of its own with `kind.ts`, a form to file it, and a view of what is in force, where there is
// one. Nothing else names it.

import type { Component } from "svelte";

import type { Schemas } from "../lib/api";

export interface OnOrder {
  progress: Schemas["OrderProgress"];
  ondone: () => void;
}

export interface Kind {
  /** The last part of its address in the API. */
  slug: string;
  /** Its place among the others. */
  place: number;
  title: () => string;
  /** Who files it. */
  roles: Schemas["Role"][];
  /** Files one about units of an order. */
  form: Component<OnOrder>;
  /** What is in force by documents of this kind, on the order's page. */
  view?: Component<OnOrder>;
}

const FOUND = import.meta.glob<Kind>("./*/kind.ts", { eager: true, import: "kind" });

/** Every kind, in its place. */
export const KINDS: Kind[] = Object.values(FOUND).sort((a, b) => a.place - b.place);

/** The kinds that a role files. */
export const kindsOf = (role: Schemas["Role"] | undefined): Kind[] =>
  KINDS.filter((kind) => role !== undefined && kind.roles.includes(role));
