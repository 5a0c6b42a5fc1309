// Runs the tests in node: `node node.mjs PACKAGE GIVEN`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { Remembered, run } from "./core.mjs";

const [pack, folder] = process.argv.slice(2);
const bytes = (name) => new Uint8Array(readFileSync(join(folder, name)));
const text = (name) => readFileSync(join(folder, name), "utf8");

const core = await import(pathToFileURL(join(pack, "node.js")));
await core.default();
const [width, height] = text("label.size").split(" ").map(Number);
const lines = await run(core, {
  gray: bytes("label.gray"),
  width,
  height,
  sealed: text("sealed.txt"),
  keys: bytes("keys.json"),
  olderKeys: bytes("keys-older.json"),
  root: bytes("root.bin"),
  shelf: new Remembered(),
});
console.log(lines.join("\n"));
process.exitCode = lines.every((line) => line.startsWith("ok ")) ? 0 : 1;
