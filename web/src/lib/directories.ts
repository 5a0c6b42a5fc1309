// Directories of the register: its regions and the groups of goods, each fetched once.

import { type Schemas, got } from "./api";
import { language } from "./language.svelte";
import { session } from "./session.svelte";

export type Region = Schemas["Directory_Region"]["items"][number];
export type Group = Schemas["Directory_ProductGroup"]["items"][number];

const directory = async (name: string) =>
  (await got(session.api.GET("/v1/reference/{name}", { params: { path: { name } } }))).items;

let regionsOnce: Promise<Region[]> | undefined;
/** The country's regions. */
export function regions(): Promise<Region[]> {
  const asked = (regionsOnce ??= directory("regions").then((items) => items.filter((item) => "kato" in item)));
  asked.catch(() => (regionsOnce = undefined));
  return asked;
}

let groupsOnce: Promise<Group[]> | undefined;
/** Groups of goods with the fields that their cards need. */
export function groups(): Promise<Group[]> {
  const asked = (groupsOnce ??= directory("product-groups").then((items) =>
    items.filter((item) => "attributes" in item),
  ));
  asked.catch(() => (groupsOnce = undefined));
  return asked;
}

/** A name in the language of now. */
export const named = (names: Schemas["Names"]): string => names[language()] ?? names.ru;
