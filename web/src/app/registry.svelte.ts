// Every audience, found by its file: a new folder with an `audience.ts` is all that it takes.

import type { Component } from "svelte";

import { need } from "../lib/language.svelte";
import { session } from "../lib/session.svelte";
import type { Audience, Role, Route, Section, Way } from "./route";

const FOUND = import.meta.glob<Audience>("../*/audience.ts", { eager: true, import: "audience" });
const AUDIENCES = Object.values(FOUND);
const ROUTES: Route[] = AUDIENCES.flatMap(({ routes = [] }) => routes);
const WAYS: Way[] = AUDIENCES.flatMap(({ ways = [] }) => ways).sort((a, b) => a.place - b.place);
const SECTIONS: Section[] = AUDIENCES.flatMap(({ sections = [] }) => sections).sort((a, b) => a.place - b.place);

const MISSING: Route = { find: () => ({}), load: () => import("./MissingPage.svelte") };

/** A page takes what its address names: `route` has checked that it does. */
type Page = Component<Record<string, string>>;

/** A page that is shown: how to get it, what it is given, and when it counts as another one. */
export interface Shown {
  load: () => ReturnType<typeof open>;
  props: Record<string, string>;
  key: string;
}

/** A page with its words, and what guards it, where not everybody may see it. */
async function open({ load, words = [], roles }: Route) {
  const guard = roles && import("./Guarded.svelte");
  const [page, guarded] = await Promise.all([load(), guard, need(...words)]);
  return { Page: page.default as Page, Guard: guarded?.default, roles: roles ?? [] };
}

/** The page at a path. */
export function page(path: string): Shown {
  for (const [place, route] of [...ROUTES, MISSING].entries()) {
    const props = route.find(path);
    if (props) return { load: () => open(route), props, key: `${place} ${JSON.stringify(props)}` };
  }
  throw new Error("the missing page is at every path");
}

const isFor = (roles: Role[] | undefined, role: Role | undefined): boolean =>
  roles === undefined || (role !== undefined && roles.includes(role));

/** The ways shown on every page: those of everybody, and those to the work of who is signed in. */
export const ways = (): Way[] => WAYS.filter(({ roles }) => isFor(roles, session.account?.role));

/** Whether a path is where a way leads. */
export const isHere = ({ href, below }: Way, path: string): boolean =>
  path === href || below.some((start) => path === start || path.startsWith(`${start}/`));

/** Where a role begins its work. */
export const home = (role: Role): string => WAYS.find(({ roles }) => roles?.includes(role))?.href ?? "/";

/** The register's sections for a role. */
export const sections = (role: Role | undefined): Section[] => SECTIONS.filter(({ roles }) => isFor(roles, role));
