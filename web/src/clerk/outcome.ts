// What came of a scan.

import type { Tone } from "../lib/tone";

/** Words are made when they are shown: the language may change. */
export interface Outcome {
  tone: Tone;
  title: () => string;
  text?: (() => string | undefined) | undefined;
}
