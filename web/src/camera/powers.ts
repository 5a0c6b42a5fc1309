// What a camera of a phone can do beyond showing a picture.

export interface Powers extends MediaTrackCapabilities {
  torch?: boolean;
  zoom?: { min: number; max: number; step: number };
}

/** Nothing in a browser that does not say. */
export function powersOf(track: MediaStreamTrack): Powers {
  return "getCapabilities" in track ? track.getCapabilities() : {};
}

/** Settings of a camera beyond the standard's common ones. */
interface Setting extends MediaTrackConstraintSet {
  torch?: boolean;
  zoom?: number;
}

/** Applies a setting to a camera; fails where it can not do that now. */
export function apply(track: MediaStreamTrack, setting: Setting): Promise<void> {
  return track.applyConstraints({ advanced: [setting] });
}
