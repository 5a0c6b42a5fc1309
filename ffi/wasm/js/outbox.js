// What waits to be sent: scans and reports, in a storage that the page gives. `OutboxState` decides, in WebAssembly; this
// waits for the storage around it, one change at a time. Types and what each call promises stand in `outbox.d.ts`.

import { OutboxState } from "./tanba.js";

const written = new TextEncoder();
const read = new TextDecoder();

export class Outbox {
  #state;
  #storage;
  /** Everything before it is done, well or not. */
  #last = Promise.resolve();

  constructor(state, storage) {
    this.#state = state;
    this.#storage = storage;
  }

  static async open(storage) {
    const { records, photos } = await asked(storage.load());
    const texts = records.map(({ key, bytes }) => [key, read.decode(bytes)]);
    const [state, changes] = OutboxState.open(JSON.stringify({ records: texts, photos }));
    await put(storage, changes, []);
    return new Outbox(state, storage);
  }

  keepScan(scan) {
    return this.#change((state) => state.keepScan(JSON.stringify(scan)));
  }

  keepReport(report, photos = []) {
    const sizes = Uint32Array.from(photos, (photo) => photo.byteLength);
    return this.#change((state) => state.keepReport(JSON.stringify(report), sizes), photos);
  }

  next(now) {
    return this.#inTurn(() => this.#state.next(now));
  }

  settle(number, status, retryAfter, now) {
    const [chance] = crypto.getRandomValues(new Uint32Array(1));
    return this.#change((state) => state.settle(number, status, retryAfter, now, chance));
  }

  discard(id) {
    return this.#change((state) => state.discard(id));
  }

  dueAt(now) {
    const at = this.#state.dueAt(now);
    return at === undefined ? undefined : new Date(at).toISOString();
  }

  waiting() {
    return this.#state.waiting();
  }

  damaged() {
    return this.#state.damaged();
  }

  /** Changes a copy of the state, then the storage; only when it took the change, the copy is the state. */
  #change(act, photos = []) {
    return this.#inTurn(async () => {
      const state = this.#state.copy();
      try {
        await put(this.#storage, act(state), photos);
      } catch (error) {
        state.free();
        throw error;
      }
      this.#state.free();
      this.#state = state;
    });
  }

  #inTurn(act) {
    const turn = this.#last.then(act);
    this.#last = turn.then(Boolean, Boolean);
    return turn;
  }
}

/** Changes the storage. The first entries are those of the photos, which never went to the other side. */
async function put(storage, told, photos) {
  const { put, remove } = JSON.parse(told);
  if (put.length === 0 && remove.length === 0) return;
  const entries = put.map(([key, text], at) => ({ key, bytes: key.startsWith("photo-") ? photos[at] : written.encode(text) }));
  await asked(storage.apply({ put: entries, remove }));
}

/** What a storage promised, or an error that an app can tell from the others. */
async function asked(promise) {
  try {
    return await promise;
  } catch (cause) {
    throw new Error("storage", { cause });
  }
}

export class IndexedDbStorage {
  #database;
  #letGo;

  constructor(database, letGo) {
    this.#database = database;
    this.#letGo = letGo;
  }

  static async open(name = "tanba-outbox") {
    const letGo = await lock(name);
    try {
      const opening = indexedDB.open(name, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("entries");
      return new IndexedDbStorage(await done(opening), letGo);
    } catch (error) {
      await letGo();
      throw error;
    }
  }

  async load() {
    const entries = this.#database.transaction("entries").objectStore("entries");
    const beginning = (prefix) => IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const [keys, values, photos] = await Promise.all([
      done(entries.getAllKeys(beginning("outbox-"))),
      done(entries.getAll(beginning("outbox-"))),
      done(entries.getAllKeys(beginning("photo-"))),
    ]);
    return { records: keys.map((key, at) => ({ key, bytes: values[at] })), photos };
  }

  apply({ put, remove }) {
    return new Promise((resolve, reject) => {
      // Strict: told as done when it is on the disk.
      const transaction = this.#database.transaction("entries", "readwrite", { durability: "strict" });
      const entries = transaction.objectStore("entries");
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      for (const { key, bytes } of put) entries.put(bytes, key);
      for (const key of remove) entries.delete(key);
    });
  }

  async photo(key) {
    const bytes = await done(this.#database.transaction("entries").objectStore("entries").get(key));
    if (!bytes) throw new Error("no-such-photo");
    return bytes;
  }

  async close() {
    this.#database.close();
    await this.#letGo();
  }
}

/** Takes a lock, since two outboxes over one storage would write over each other; what lets go of it waits until it has. */
function lock(name) {
  return new Promise((resolve, reject) => {
    const held = (lock) => {
      if (!lock) throw new Error("in-use");
      return new Promise((release) => resolve(() => (release(), ended)));
    };
    const ended = navigator.locks.request(name, { ifAvailable: true }, held);
    ended.catch(reject);
  });
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("in-use"));
  });
}
