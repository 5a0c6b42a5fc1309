// The language of the app and its words, from the same message files as the server's. One language is loaded at a time;
// the choice is remembered on the device and goes with every request.

import { FluentBundle, FluentNumber, FluentResource, type FluentVariable } from "@fluent/bundle";

import type { Key } from "../generated/words";
import * as format from "./format";

export type Language = "kk" | "ru" | "en";
export type Args = Record<string, string | number>;

/** Each language by its own name, in the order in which they are offered. */
export const LANGUAGES: [Language, string][] = [
  ["kk", "Қазақша"],
  ["ru", "Русский"],
  ["en", "English"],
];

const SETS = {
  public: {
    kk: () => import("virtual:words/kk/public"),
    ru: () => import("virtual:words/ru/public"),
    en: () => import("virtual:words/en/public"),
  },
  more: {
    kk: () => import("virtual:words/kk/more"),
    ru: () => import("virtual:words/ru/more"),
    en: () => import("virtual:words/en/more"),
  },
  staff: {
    kk: () => import("virtual:words/kk/staff"),
    ru: () => import("virtual:words/ru/staff"),
    en: () => import("virtual:words/en/staff"),
  },
};
export type Words = keyof typeof SETS;

const REMEMBERED = "language";

/** A count: written the language's way, and what plural forms are chosen by. */
class Count extends FluentNumber {
  override toString(): string {
    return format.number(current.tag, this.value);
  }
}

let bundle = new FluentBundle("kk", { useIsolating: false });
const loaded = new Set<Words>();
/** `version` changes with every load, so that whatever shows words shows them anew. */
const current = $state<{ tag: Language; version: number }>({ tag: chosen(), version: 0 });

/** What was chosen before, or else what the browser asks for first, or else Kazakh. */
function chosen(): Language {
  const known = (tag: string | null | undefined) =>
    LANGUAGES.find(([known]) => tag?.toLowerCase().startsWith(known))?.[0];
  let remembered: string | null = new URLSearchParams(location.search).get("lang");
  try {
    remembered ??= localStorage.getItem(REMEMBERED);
  } catch {
    // The device keeps nothing for us.
  }
  return known(remembered) ?? navigator.languages.map(known).find((found) => found !== undefined) ?? "kk";
}

async function read(tag: Language, sets: Iterable<Words>): Promise<FluentBundle> {
  const made = new FluentBundle(tag, { useIsolating: false });
  const texts = await Promise.all([...sets].map((set) => SETS[set][tag]()));
  for (const text of texts) made.addResource(new FluentResource(text.default));
  return made;
}

let turn: Promise<unknown> = Promise.resolve();
/** One change of the words after the other: each builds on the one before. */
function inTurn(change: () => Promise<void>): Promise<void> {
  const made = turn.then(change);
  turn = made.catch(() => undefined);
  return made;
}

/** Makes the words of these sets in a language those that are said from now on. */
async function take(tag: Language, sets: Iterable<Words>): Promise<void> {
  bundle = await read(tag, sets);
  for (const set of sets) loaded.add(set);
  current.tag = tag;
  current.version += 1;
  document.documentElement.lang = tag;
}

/** Loads sets of words for the language of now; harmless when they are there. */
export function need(...sets: Words[]): Promise<void> {
  return inTurn(async () => {
    if (sets.some((set) => !loaded.has(set))) await take(current.tag, new Set([...loaded, ...sets]));
  });
}

/** Speaks another language from now on, and remembers it. */
export function speak(tag: Language): Promise<void> {
  return inTurn(async () => {
    await take(tag, loaded);
    try {
      localStorage.setItem(REMEMBERED, tag);
    } catch {
      // It will be asked of the browser again.
    }
  });
}

/** The language that is spoken; reading it in a component follows it. */
export function language(): Language {
  return current.tag;
}

function text(key: string, args?: Args): string | undefined {
  void current.version;
  const message = bundle.getMessage(key);
  if (!message?.value) return undefined;
  const given: Record<string, FluentVariable> = {};
  for (const [name, value] of Object.entries(args ?? {}))
    given[name] = typeof value === "number" ? new Count(value) : value;
  return bundle.formatPattern(message.value, given, []);
}

/** The words for a key. */
export function say(key: Key, args?: Args): string {
  return text(key, args) ?? key;
}

/** The words for a slug that came from the server or the core, such as `reason-` + `sold`; nothing when there are none. */
export function sayIfKnown(key: string, args?: Args): string | undefined {
  return text(key, args);
}

/** A date of the server in words. */
export const date = (iso: string): string => format.date(current.tag, iso);
/** An instant of the server in words. */
export const instant = (at: string | number | Date): string => format.instant(current.tag, at);
/** A number in words. */
export const number = (value: number): string => format.number(current.tag, value);
