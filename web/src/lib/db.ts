// What the app keeps on the device, in IndexedDB. Without it (a private window of some browsers) things are kept in memory,
// so that everything works until the page is closed.

import { type DBSchema, type IDBPDatabase, type StoreNames, type StoreValue, openDB } from "idb";

import type { Delivery } from "../clerk/deliveries";
import type { Draft, Followable } from "../consumer/reports/reports.svelte";
import type { Kept as Scan } from "../core/types";
import type { Looked } from "./looked";
import type { Kept as OnShelf } from "./shelf.svelte";

const NAME = "tanba";
const VERSION = 2;

/** Each store's key and value. */
interface Stores extends DBSchema {
  /** What was scanned here, by id. */
  history: { key: string; value: Looked };
  /** Scans that the core's outbox doesn't have yet, by id. */
  outbox: { key: string; value: Scan };
  /** Reports that are being written or wait to be sent, by id. */
  draft: { key: string; value: Draft };
  /** Reports that are followed: number and secret. */
  followed: { key: string; value: Followable };
  /** Deliveries that a clerk checks, by id. */
  delivery: { key: string; value: Delivery };
  /** Goods at home that expire or may be recalled, by id. */
  shelf: { key: string; value: OnShelf };
  /** What the core needs to judge without the server, and how many scans wait in its outbox. */
  core: { key: string; value: string | number | Uint8Array };
}
type Store = StoreNames<Stores>;
type Value<S extends Store> = StoreValue<Stores, S>;
const STORES: Store[] = ["history", "outbox", "draft", "followed", "delivery", "shelf", "core"];

let opening: Promise<IDBPDatabase<Stores> | null> | undefined;
const memory: { [S in Store]: Map<string, Value<S>> } = {
  history: new Map(),
  outbox: new Map(),
  draft: new Map(),
  followed: new Map(),
  delivery: new Map(),
  shelf: new Map(),
  core: new Map(),
};

function open(): Promise<IDBPDatabase<Stores> | null> {
  opening ??= begin().catch(() => null);
  return opening;
}

async function begin(): Promise<IDBPDatabase<Stores>> {
  const db = await openDB<Stores>(NAME, VERSION, {
    upgrade(db) {
      for (const store of STORES) if (!db.objectStoreNames.contains(store)) db.createObjectStore(store);
    },
  });
  // Another tab brings a newer version: let it.
  db.addEventListener("versionchange", () => db.close());
  return db;
}

/** Keeps a value; done when the device has it. */
export async function put<S extends Store>(store: S, key: string, value: Value<S>): Promise<void> {
  const db = await open();
  if (!db) return void memory[store].set(key, value);
  const transaction = db.transaction(store, "readwrite");
  await Promise.all([transaction.store.put(value, key), transaction.done]);
}

export async function find<S extends Store>(store: S, key: string): Promise<Value<S> | undefined> {
  const db = await open();
  return db ? db.get(store, key) : memory[store].get(key);
}

export async function list<S extends Store>(store: S): Promise<Value<S>[]> {
  const db = await open();
  return db ? db.getAll(store) : [...memory[store].values()];
}

export async function remove(store: Store, ...keys: string[]): Promise<void> {
  const db = await open();
  if (!db) return keys.forEach((key) => memory[store].delete(key));
  const transaction = db.transaction(store, "readwrite");
  await Promise.all([...keys.map((key) => transaction.store.delete(key)), transaction.done]);
}

export async function clear(store: Store): Promise<void> {
  const db = await open();
  if (db) await db.clear(store);
  else memory[store].clear();
}
