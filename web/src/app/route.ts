// What a folder of pages says of itself in its `audience.ts`: its pages, the ways to them, and its sections of the
// register. Nothing else names a page. The file holds no page: those are loaded when they are opened.

import type { Component } from "svelte";

import type { Sign } from "../design/Icon.svelte";
import type { Schemas } from "../lib/api";
import type { Words } from "../lib/language.svelte";
import { match } from "../lib/router.svelte";

export type Role = Schemas["Role"];

/** What the parts of a pattern like `/app/reports/:number` name. */
type Named<Pattern extends string> = Pattern extends `${string}:${infer Name}/${infer Rest}`
  ? Record<Name, string> & Named<Rest>
  : Pattern extends `${string}:${infer Name}`
    ? Record<Name, string>
    : unknown;

/** A page as its module has it. */
type Module<Props> = { default: Component<Props & Record<never, never>> };

export interface Route {
  /** What the page is given at a path; nothing at a path that is not its own. */
  find: (path: string) => Record<string, string> | undefined;
  load: () => Promise<{ default: Component<never> }>;
  /** Who may see it; everybody when left out. */
  roles?: Role[];
  /** Sets of words that it needs beside those of everybody. */
  words?: Words[];
}

/** A page at paths of a pattern. */
export function route<Pattern extends string>(
  pattern: Pattern,
  load: () => Promise<Module<Named<Pattern>>>,
  more: Pick<Route, "roles" | "words"> = {},
): Route {
  return { find: (path) => match(pattern, path), load, ...more };
}

/** A way that is shown on every page. */
export interface Way {
  href: string;
  name: () => string;
  sign: Sign;
  /** Its place among the others. */
  place: number;
  /** To whom it is shown; to everybody when left out. */
  roles?: Role[];
  /** Paths below which it counts as where one is. */
  below: string[];
}

/** A part of the register's page. */
export interface Section {
  /** What it is called in the address. */
  slug: string;
  title: () => string;
  place: number;
  roles: Role[];
  load: () => Promise<Module<unknown>>;
}

export interface Audience {
  routes?: Route[];
  ways?: Way[];
  sections?: Section[];
}
