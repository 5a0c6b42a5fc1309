// What maps show, whether MapLibre draws it or plain SVG: points, cells of hot spots, a trail.

import type { Feature, Point, Polygon } from "geojson";

import type { Place } from "../lib/place";
import type { Tone } from "../lib/tone";

/** Something at a place. */
export interface Spot {
  id: string;
  latitude: number;
  longitude: number;
  tone: Tone;
  /** What it is, for the list beside the map and for readers of the screen. */
  title: string;
  /** Drawn as a ring, so that two kinds differ by more than colour. */
  hollow?: boolean;
  /** A short sign within the point, such as its number on a trail. */
  sign?: string;
}

/** A hot spot, or how much was scanned, as the server tells it. */
export interface HotSpot {
  method: "cells" | "clusters" | "scans";
  scans?: number;
  suspicious: number;
  expected?: number;
  ratio?: number;
  devices?: number;
  radius_metres?: number;
  level: 1 | 2 | 3;
}
export type HotFeature = Feature<Polygon | Point, HotSpot>;

/** Whether something is a map of hot spots: GeoJSON has no type in the contract. */
export function isHotMap(value: unknown): value is { features: HotFeature[] } {
  return typeof value === "object" && value !== null && "features" in value && Array.isArray(value.features);
}

/** Kazakhstan: west, south, east, north, in degrees. */
export const COUNTRY: [number, number, number, number] = [46.4, 40.5, 87.4, 55.5];

/** The address of tiles, with `{z}`, `{x}` and `{y}`; none where none are set. */
export const tiles = (): string | undefined => document.querySelector<HTMLMetaElement>("meta[name=tiles]")?.content;

/** How far beyond the country the outlines go, in degrees: further away the map is empty. */
const AROUND = 8;
/** The part of the Earth that the outlines show, as MapLibre takes it: south-west, north-east. */
export const DRAWN: [[number, number], [number, number]] = [
  [COUNTRY[0] - AROUND, COUNTRY[1] - AROUND],
  [COUNTRY[2] + AROUND, COUNTRY[3] + AROUND],
];
/** How near a map without tiles goes: it has no streets, so nothing is gained below the size of a town. */
export const NEAREST = (): number => (tiles() ? 18 : 11);

const isDrawn = (spot: { latitude: number; longitude: number }): boolean =>
  spot.longitude >= DRAWN[0][0] &&
  spot.longitude <= DRAWN[1][0] &&
  spot.latitude >= DRAWN[0][1] &&
  spot.latitude <= DRAWN[1][1];

/** What has to be seen for all of these to be seen, with a margin; the country when there are none. A place far abroad, such as
 * the 0,0 of a faulty phone, does not widen the view: it is in the list beside the map. */
export function bounds(spots: { latitude: number; longitude: number }[]): [number, number, number, number] {
  const near = spots.filter(isDrawn);
  if (near.length === 0) return COUNTRY;
  const [lats, lons] = [near.map((spot) => spot.latitude), near.map((spot) => spot.longitude)];
  // Without tiles there is nothing to see by but towns: the next ones should be in sight, and they lie far apart.
  const margin = Math.max(
    tiles() ? 0.02 : 1.5,
    (Math.max(...lats) - Math.min(...lats)) * 0.15,
    (Math.max(...lons) - Math.min(...lons)) * 0.15,
  );
  return [
    Math.min(...lons) - margin,
    Math.min(...lats) - margin,
    Math.max(...lons) + margin,
    Math.max(...lats) + margin,
  ];
}

/** The great-circle distance in kilometres. */
export function kilometres(
  a: { latitude: number; longitude: number },
  b: { latitude: number; longitude: number },
): number {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.latitude - a.latitude) * rad) / 2) ** 2 +
    Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * Math.sin(((b.longitude - a.longitude) * rad) / 2) ** 2;
  return 2 * 6_371 * Math.asin(Math.sqrt(Math.min(1, h)));
}

/** Whether the browser can draw with WebGL 2, which MapLibre needs. */
export function hasWebGl(): boolean {
  try {
    return document.createElement("canvas").getContext("webgl2") !== null;
  } catch {
    return false;
  }
}

/** How far a finger may be off from what it means, in pixels of the screen. */
const FINGER = 12;

/** A place that was pointed at: as sure as the map was near. */
export function pointed(latitude: number, longitude: number, metresPerPixel: number): Place {
  const round = (degrees: number) => Math.round(degrees * 100_000) / 100_000;
  return {
    latitude: round(latitude),
    longitude: round(longitude),
    accuracy_metres: Math.round(Math.min(Math.max(metresPerPixel * FINGER, 10), 50_000)),
  };
}

/** Whether two places are one and the same, even as different objects. */
export function isSame(one: Place | undefined, other: Place | undefined): boolean {
  return (
    one?.latitude === other?.latitude &&
    one?.longitude === other?.longitude &&
    one?.accuracy_metres === other?.accuracy_metres
  );
}

/** Metres in a degree of latitude. */
export const DEGREE = 111_320;

/** What a map for pointing tells the page around it. */
export interface Pointing {
  /** Puts the pin where the middle of the map is. */
  middle: () => void;
}
