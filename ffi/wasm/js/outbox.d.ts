/** A scan as it was taken, in the register's own words: an item of `POST /v1/scans`. */
export interface NewScan {
  /** A random UUID of the app's. The same id is the same scan. */
  id: string;
  /** What the scanner read, untouched. */
  code: string;
  /** When, by the device's clock: RFC 3339. */
  taken_at: string;
  /** How much of the place its owner shares: as measured, to about a kilometre (rounded before it is kept), or nothing. */
  consent: "exact" | "coarse" | "none";
  /** Where it was taken; without consent it is not even kept. */
  place?: { latitude: number; longitude: number; accuracy_metres: number } | null;
  /** A random UUID that its owner can reset at will; never one of the hardware. */
  device?: string | null;
  /** The slug of the verdict that was shown online; one that was given offline is none of the register's. */
  verdict?: string | null;
  /** What the text came from. */
  source?: "camera" | "picture" | "scanner" | "typed" | null;
}

/** A report as it was written. */
export interface NewReport {
  /** A random UUID of the app's. The same id is the same report. */
  id: string;
  /** When it was written, by the device's clock: RFC 3339. */
  taken_at: string;
  /** Name and value of the other text parts of `POST /v1/reports`: `category`, `words`, `code`, `latitude` and so on. */
  fields: [name: string, value: string][];
}

/** Something to send now, in one request. */
export type Parcel =
  | {
      kind: "scans";
      /** For `settle`. */
      number: number;
      /** The JSON of `POST /v1/scans`. */
      body: string;
      /** The ids of the scans inside. */
      ids: string[];
    }
  | {
      kind: "report";
      /** For `settle`. */
      number: number;
      /** The text parts of `POST /v1/reports`, the id among them. */
      fields: [name: string, value: string][];
      /** Keys of the photos in the storage, in order: the parts named `photo`. */
      photos: string[];
    };

/** Something that waits. */
export interface Waiting {
  id: string;
  isReport: boolean;
  takenAt: string;
  /** How often it was tried. */
  attempts: number;
  /** The register refused it; it is kept until the person throws it away. */
  refused: boolean;
}

/** One entry of a storage: a name of letters, digits and hyphens, and what it holds. */
export interface Entry {
  key: string;
  bytes: Uint8Array;
}

/** Where the outbox keeps what waits: `IndexedDbStorage`, or whatever the app has. */
export interface OutboxStorage {
  /** Entries whose keys begin with `outbox-`, and the keys that begin with `photo-`. Called once, when the outbox opens. */
  load(): Promise<{ records: Entry[]; photos: string[] }>;
  /**
   * Writes and removes as one whole: after a crash either all of it is there or nothing, or, where the storage can't do
   * that, the first steps in their order (first `put`, then `remove`). A key that isn't there is no fault.
   */
  apply(changes: { put: Entry[]; remove: string[] }): Promise<void>;
}

/**
 * What waits to be sent: ordered, bounded, safe from crashes; nothing is lost and nothing is sent twice.
 *
 * One outbox for one storage. Calls may overlap: they are done one after another. Errors are `Error` with a slug as its
 * message: `full` (send what waits first), `unfit-id`, `unfit-code`, `unfit-time` (the clock is wrong), `unfit-place`,
 * `unfit-verdict`, `unfit-texts`, `unfit-photos`, `malformed`, `not-an-instant`, or `storage` with the storage's own error
 * as its `cause`; after each of them the outbox is as it was before.
 */
export class Outbox {
  private constructor();
  /** Goes on with what the storage holds. Throws `storage`. */
  static open(storage: OutboxStorage): Promise<Outbox>;
  /** Keeps a scan; once this is done it is in the storage. The same id again changes nothing. */
  keepScan(scan: NewScan): Promise<void>;
  /** Keeps a report with its photos (jpeg, png or webp, five at most); once this is done it is in the storage. */
  keepReport(report: NewReport, photos?: Uint8Array[]): Promise<void>;
  /** The next thing to send, if one is due. It is not handed out again until it is settled, or five minutes are over. */
  next(nowIso: string): Promise<Parcel | undefined>;
  /**
   * Notes what the status of the answer says of a parcel, and plans the next try where there is one; 0 when there was no
   * answer. `retryAfter` are the seconds of `Retry-After`. Of a report, keep number and token of the answer first.
   */
  settle(number: number, status: number, retryAfter: number | undefined, nowIso: string): Promise<void>;
  /** When to ask for the next thing to send; undefined when nothing waits. */
  dueAt(nowIso: string): string | undefined;
  /** Everything that waits, in order. */
  waiting(): Waiting[];
  /** Throws something away, such as what the register refused. What is under way stays: the register may have it. */
  discard(id: string): Promise<void>;
  /** Records in the storage that could not be read; they are left where they are. */
  damaged(): number;
}

/** A storage in the browser's IndexedDB, each change in one transaction that is on the disk when it is done. */
export class IndexedDbStorage implements OutboxStorage {
  private constructor();
  /**
   * Opens it for this page or worker alone. Throws `in-use` while another one has it open: let that one send, or keep the
   * outbox in a shared worker.
   */
  static open(name?: string): Promise<IndexedDbStorage>;
  load(): Promise<{ records: Entry[]; photos: string[] }>;
  apply(changes: { put: Entry[]; remove: string[] }): Promise<void>;
  /** The photo of a report, to be sent. Throws `no-such-photo`. */
  photo(key: string): Promise<Uint8Array>;
  /** Lets others open it. */
  close(): Promise<void>;
}
