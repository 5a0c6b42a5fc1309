// Runs the tests in a worker.

import init, * as core from "/pkg/index.js";
import { run } from "/test/core.mjs";

const bytes = async (name) => new Uint8Array(await (await fetch(`/given/${name}`)).arrayBuffer());
const text = async (name) => new TextDecoder().decode(await bytes(name));

/** The browser's own storage, and that nobody opens it twice. */
const shelf = {
  async open() {
    const storage = await core.IndexedDbStorage.open("tests");
    const error = await core.IndexedDbStorage.open("tests").catch((error) => error);
    if (error.message !== "in-use") throw new Error("the storage was opened twice");
    return storage;
  },
  async size() {
    const storage = await this.open();
    const { records, photos } = await storage.load();
    await storage.close();
    return records.length + photos.length;
  },
};

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
    shelf,
  };
  postMessage((await run(core, given)).join("\n"));
} catch (error) {
  postMessage(`FAILED ${error}`);
}
