// What can be reported, by the slugs of the server's directory.

import { say } from "../../lib/language.svelte";

/** Categories in the order of the server's directory, which changes rarely: asked for, or else as built in. */
const CATEGORIES = [
  "expired-goods",
  "poor-quality",
  "unmarked-goods",
  "information-mismatch",
  "code-copied",
  "sold-twice",
  "damaged-stamp",
  "price-mismatch",
  "other",
] as const;

export function categories(): { value: string; title: string }[] {
  return CATEGORIES.map((slug) => ({ value: slug, title: say(`category-${slug}`) }));
}

/** The name of a category. */
export function categoryName(slug: string): string {
  return categories().find((category) => category.value === slug)?.title ?? slug;
}
