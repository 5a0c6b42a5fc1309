// What the app keeps on the device, in IndexedDB. Without it (a private window of some browsers) things are kept in memory,
// so that everything works until the page is closed.

const NAME = "tanba";
const VERSION = 2;

/** Each store's key and value. */
interface Stores {
  /** What was scanned here, by id. */
  history: unknown;
  /** Scans that the core's outbox doesn't have yet, by id. */
  outbox: unknown;
  /** Reports that are being written or wait to be sent, by id. */
  draft: unknown;
  /** Reports that are followed: number and secret. */
  followed: unknown;
  /** Deliveries that a clerk checks, by id. */
  delivery: unknown;
  /** Goods at home that expire or may be recalled, by id. */
  shelf: unknown;
  /** What the core needs to judge without the server, and how many scans wait in its outbox. */
  core: unknown;
}
const STORES: (keyof Stores)[] = ["history", "outbox", "draft", "followed", "delivery", "shelf", "core"];

let opening: Promise<IDBDatabase | null> | undefined;
const memory = new Map<string, Map<string, unknown>>();

function open(): Promise<IDBDatabase | null> {
  opening ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = () => {
        for (const store of STORES) {
          if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store);
        }
      };
      request.onsuccess = () => {
        // Another tab brings a newer version: let it.
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return opening;
}

function kept(store: keyof Stores): Map<string, unknown> {
  let found = memory.get(store);
  if (!found) memory.set(store, (found = new Map()));
  return found;
}

async function within<T>(
  store: keyof Stores,
  mode: IDBTransactionMode,
  work: (objects: IDBObjectStore) => IDBRequest<T> | undefined,
  instead: (kept: Map<string, unknown>) => T,
): Promise<T> {
  const db = await open();
  if (!db) return instead(kept(store));
  return new Promise<T>((resolve, reject) => {
    const transaction = db.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request?.result as T);
    transaction.onabort = () => reject(transaction.error ?? new Error("the device has no room"));
  });
}

export const put = <T>(store: keyof Stores, key: string, value: T): Promise<unknown> =>
  within<unknown>(
    store,
    "readwrite",
    (objects) => objects.put(value, key) as IDBRequest<unknown>,
    (kept) => kept.set(key, value),
  );

export const find = <T>(store: keyof Stores, key: string): Promise<T | undefined> =>
  within<T | undefined>(
    store,
    "readonly",
    (objects) => objects.get(key),
    (kept) => kept.get(key) as T | undefined,
  );

export const list = <T>(store: keyof Stores): Promise<T[]> =>
  within<T[]>(
    store,
    "readonly",
    (objects) => objects.getAll(),
    (kept) => [...kept.values()] as T[],
  );

export const remove = (store: keyof Stores, ...keys: string[]): Promise<unknown> =>
  within<unknown>(
    store,
    "readwrite",
    (objects) => {
      for (const key of keys) objects.delete(key);
      return undefined;
    },
    (kept) => keys.forEach((key) => kept.delete(key)),
  );

export const clear = (store: keyof Stores): Promise<unknown> =>
  within<unknown>(
    store,
    "readwrite",
    (objects) => objects.clear() as IDBRequest<unknown>,
    (kept) => kept.clear(),
  );
