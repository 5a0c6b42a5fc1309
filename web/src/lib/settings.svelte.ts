// Small choices that stay on the device: how much of a scan's place is shared, the device's random id, light or dark.

import type { Schemas } from "./api";

export type Consent = Schemas["Consent"];
export type Look = "system" | "light" | "dark";
/** How a verdict is announced besides its text on the screen. */
export type Sound = "none" | "tone" | "voice";

function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Kept until the page is closed.
  }
}

function oneOf<T extends string>(value: string | null, allowed: readonly T[]): T | undefined {
  return allowed.find((known) => known === value);
}

const state = $state({
  consent: oneOf(remembered("consent"), ["exact", "coarse", "none"] as const) as Consent | undefined,
  look: oneOf(remembered("look"), ["light", "dark"] as const) ?? ("system" as Look),
  camera: remembered("camera") ?? "",
  sound: oneOf(remembered("sound"), ["tone", "voice"] as const) ?? ("none" as Sound),
  scans: Number(remembered("scans") ?? 0) || 0,
  device: remembered("device") ?? "",
});

export const settings = {
  /** How much of the place is shared; undefined until it was asked for. */
  get consent(): Consent | undefined {
    return state.consent;
  },
  set consent(consent: Consent) {
    state.consent = consent;
    remember("consent", consent);
  },
  get look(): Look {
    return state.look;
  },
  set look(look: Look) {
    state.look = look;
    remember("look", look === "system" ? null : look);
    show();
  },
  /** The camera that was chosen; empty for the one that faces away. */
  get camera(): string {
    return state.camera;
  },
  set camera(id: string) {
    state.camera = id;
    remember("camera", id || null);
  },
  get sound(): Sound {
    return state.sound;
  },
  set sound(sound: Sound) {
    state.sound = sound;
    remember("sound", sound === "none" ? null : sound);
  },
  /** How many scans were made before the question about places was answered. */
  get scans(): number {
    return state.scans;
  },
  countScan(): void {
    state.scans += 1;
    remember("scans", String(state.scans));
  },
  /** A random id of this device, nothing of its hardware (X39). */
  get device(): string {
    if (state.device === "") this.resetDevice();
    return state.device;
  },
  /** Takes a new random id: from now on nothing leads to the scans of before. */
  resetDevice(): void {
    state.device = crypto.randomUUID();
    remember("device", state.device);
  },
};

/** Shows the chosen look; without a choice the system's own. */
export function show(): void {
  if (state.look === "system") delete document.documentElement.dataset["look"];
  else document.documentElement.dataset["look"] = state.look;
}
