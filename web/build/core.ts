// The Rust core as WebAssembly, `virtual:core`: built by `cargo xtask wasm`. Without it the app still builds, so that one can
// work on pages without a compiler for WebAssembly; then it reads no pictures and judges nothing offline, and says so, and
// sends no scans, which wait on the device.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";

/** Finds the package in `folder`. */
export function core(folder: string): Plugin {
  const entry = resolve(folder, "index.js");
  return {
    name: "core",
    resolveId(id) {
      if (id !== "virtual:core") return undefined;
      if (existsSync(entry)) return entry;
      this.warn(`there is no ${entry}: run \`cargo xtask wasm\` for an app that reads codes by itself`);
      return "\0core-missing";
    },
    load(id) {
      if (id !== "\0core-missing") return undefined;
      return 'export default async function () { throw new Error("core-missing"); }\nexport const Live = undefined, Outbox = undefined, IndexedDbStorage = undefined;';
    },
  };
}
