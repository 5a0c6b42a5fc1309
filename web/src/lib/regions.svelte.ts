// The country's regions by their numbers (KATO), fetched when a name is first asked for.

import type { Schemas } from "./api";
import { language } from "./language.svelte";
import { session } from "./session.svelte";

type Region = Schemas["Directory_Region"]["items"][number];

let known = $state.raw<Region[]>([]);
let once: Promise<Region[]> | undefined;

/** Every region. */
export function regions(): Promise<Region[]> {
  once ??= session.get<Schemas["Directory_Region"]>("/v1/reference/regions").then((directory) => directory.items);
  once.catch(() => (once = undefined));
  return once;
}

/** A region's name in the language of now; its number until that is known. */
export function regionName(kato: string | null | undefined): string | undefined {
  if (!kato) return undefined;
  if (known.length === 0)
    void regions()
      .then((found) => (known = found))
      .catch(() => undefined);
  return known.find((region) => region.kato === kato)?.name[language()] ?? kato;
}
