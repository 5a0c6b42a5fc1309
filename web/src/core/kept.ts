// What the core keeps in the device's store, each thing as what it is.

import * as db from "../lib/db";

/** A number; 0 where none is kept. */
export async function countOf(key: "outbox"): Promise<number> {
  const kept = await db.find("core", key);
  return typeof kept === "number" ? kept : 0;
}

export async function textOf(key: "root"): Promise<string | undefined> {
  const kept = await db.find("core", key);
  return typeof kept === "string" ? kept : undefined;
}

export async function bytesOf(key: "keys" | "products"): Promise<Uint8Array | undefined> {
  const kept = await db.find("core", key);
  return kept instanceof Uint8Array ? kept : undefined;
}
