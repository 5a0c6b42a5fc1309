// Where the device is, asked of it only with its owner's leave, and rounded here before anything leaves the device.

import type { Schemas } from "./api";
import type { Consent } from "./settings.svelte";

export type Place = Schemas["Place"];

/** The step to which a coarse place is rounded, in degrees: about a kilometre. The server does the same once more. */
const STEP = 0.01;

/** The device's place; nothing when it can't or mayn't be known within `patience` milliseconds. */
export function locate(patience: number, exact = true): Promise<Place | undefined> {
  return new Promise((resolve) => {
    if (!("geolocation" in navigator)) return resolve(undefined);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({
          latitude: coords.latitude,
          longitude: coords.longitude,
          accuracy_metres: Math.min(Math.max(coords.accuracy, 0), 1_000_000),
        }),
      () => resolve(undefined),
      { enableHighAccuracy: exact, timeout: patience, maximumAge: 60_000 },
    );
  });
}

/** As much of a place as its owner shares. */
export function shared(place: Place | undefined, consent: Consent): Place | undefined {
  if (!place || consent === "none") return undefined;
  if (consent === "exact") return place;
  const middle = (degrees: number) => Math.round((Math.floor(degrees / STEP) * STEP + STEP / 2) * 1_000) / 1_000;
  return {
    latitude: middle(place.latitude),
    longitude: middle(place.longitude),
    accuracy_metres: Math.max(place.accuracy_metres, 1_000),
  };
}
