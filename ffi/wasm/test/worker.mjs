// Runs the tests in a worker.

import init, * as core from "/pkg/tanba.js";
import { run } from "/test/core.mjs";

const bytes = async (name) => new Uint8Array(await (await fetch(`/given/${name}`)).arrayBuffer());
const text = async (name) => new TextDecoder().decode(await bytes(name));

try {
  await init();
  const [width, height] = (await text("label.size")).split(" ").map(Number);
  const given = {
    gray: await bytes("label.gray"),
    width,
    height,
    sealed: await text("sealed.txt"),
    keys: await bytes("keys.json"),
    olderKeys: await bytes("keys-older.json"),
    root: await bytes("root.bin"),
  };
  postMessage(run(core, given).join("\n"));
} catch (error) {
  postMessage(`FAILED ${error}`);
}
