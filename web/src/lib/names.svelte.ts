// Regions by their numbers (KATO), groups of goods by their slugs, goods and participants by theirs: in words as soon as
// those are there.

import { SvelteMap } from "svelte/reactivity";

import { type Schemas, got } from "./api";
import { type Group, type Region, groups, named, regions } from "./directories";
import { session } from "./session.svelte";

let knownRegions = $state.raw<Region[]>([]);
let knownGroups = $state.raw<Group[]>([]);

/** A region's name in the language of now; its number until that is known. */
export function regionName(kato: string | null | undefined): string | undefined {
  if (!kato) return undefined;
  if (knownRegions.length === 0)
    void regions()
      .then((found) => (knownRegions = found))
      .catch(() => undefined);
  const region = knownRegions.find((region) => region.kato === kato);
  return region ? named(region.name) : kato;
}

/** A group's name in the language of now; its slug until that is known. */
export function groupName(slug: string): string {
  if (knownGroups.length === 0)
    void groups()
      .then((found) => (knownGroups = found))
      .catch(() => undefined);
  const group = knownGroups.find((group) => group.slug === slug);
  return group ? named(group.name) : slug;
}

type Names = Schemas["Names"];
/** Names that were asked for; nothing while the answer is awaited, or where there is none. */
const asked = new SvelteMap<string, Names | undefined>();
/** What was asked for: each once. */
const once = new Set<string>();

function nameBy(key: string, ask: () => Promise<Names>): string | undefined {
  if (!once.has(key)) {
    once.add(key);
    ask()
      .then((names) => asked.set(key, names))
      .catch(() => undefined);
  }
  const names = asked.get(key);
  return names && named(names);
}

/** A participant's name in the language of now, by its BIN. */
export function participantName(bin: string | null | undefined): string | undefined {
  if (!bin) return undefined;
  return nameBy(`participant ${bin}`, async () => {
    const params = { path: { bin } };
    return (await got(session.api.GET("/v1/participants/{bin}", { params }))).name;
  });
}

/** The name of goods in the language of now, by their GTIN. */
export function productName(gtin: string): string | undefined {
  return nameBy(`product ${gtin}`, async () => {
    const params = { path: { gtin } };
    return (await got(session.api.GET("/v1/products/{gtin}", { params }))).trade_name;
  });
}
