// Which sightings of the camera are new scans. A label that stays before the camera is read many times a second and once
// more when the scanner's page is opened again: it is the same scan until it has left the picture.

/** How long a code has to be out of the picture before it counts as another scan, in milliseconds. */
const ABSENT = 3_000;
/** How many codes are remembered. */
const MOST = 16;

export class Sightings {
  /** When each code was last in the picture, and the look that came of it. */
  #seen = new Map<string, { at: number; look?: string | undefined }>();

  /** The camera was turned on: what was in the picture before counts as still in it. */
  resume(now: number): void {
    for (const sighting of this.#seen.values()) sighting.at = now;
  }

  /** A code is in the picture; returns whether that is a new scan. */
  take(code: string, now: number): boolean {
    const before = this.#seen.get(code);
    this.#seen.delete(code);
    this.#seen.set(code, { at: now, look: before?.look });
    for (const [oldest] of this.#seen) {
      if (this.#seen.size <= MOST) break;
      this.#seen.delete(oldest);
    }
    return before === undefined || now - before.at > ABSENT;
  }

  /** Remembers the look that came of a code. */
  note(code: string, look: string): void {
    const sighting = this.#seen.get(code);
    if (sighting) sighting.look = look;
  }

  /** The look that came of a code, if there is one. */
  lookOf(code: string): string | undefined {
    return this.#seen.get(code)?.look;
  }
}

/** Those of this page, over all visits of the scanner. */
export const sightings = new Sightings();
