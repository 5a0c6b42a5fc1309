// Runs the tests in node: `node node.mjs PACKAGE GIVEN`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { run } from "./core.mjs";

const [pack, folder] = process.argv.slice(2);
const bytes = (name) => new Uint8Array(readFileSync(join(folder, name)));
const text = (name) => readFileSync(join(folder, name), "utf8");

const core = await import(pathToFileURL(join(pack, "tanba.js")));
await core.default({ module_or_path: readFileSync(join(pack, "tanba_bg.wasm")) });
const [width, height] = text("label.size").split(" ").map(Number);
const lines = run(core, {
  gray: bytes("label.gray"),
  width,
  height,
  sealed: text("sealed.txt"),
  keys: bytes("keys.json"),
  olderKeys: bytes("keys-older.json"),
  root: bytes("root.bin"),
});
console.log(lines.join("\n"));
process.exitCode = lines.every((line) => line.startsWith("ok ")) ? 0 : 1;
