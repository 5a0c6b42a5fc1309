// The phone core for node, which doesn't fetch files: `await init()` reads the module from the disk.

import { readFile } from "node:fs/promises";

import load from "./tanba.js";

export * from "./tanba.js";
export * from "./outbox.js";

export default async function init(options) {
  return load(options ?? { module_or_path: await readFile(new URL("tanba_bg.wasm", import.meta.url)) });
}
