// What both maps by MapLibre share: its style sheet, its worker, and its own words in the language of now.

import "maplibre-gl/dist/maplibre-gl.css";
import "./gl.css";

import { setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { say } from "../lib/language.svelte";

/** What every map is made with; reading it in an effect follows the language. */
export function common() {
  setWorkerUrl(workerUrl);
  return {
    attributionControl: { compact: true },
    dragRotate: false,
    maxPitch: 0,
    locale: {
      "Map.Title": say("web-map"),
      "NavigationControl.ZoomIn": say("web-place-nearer"),
      "NavigationControl.ZoomOut": say("web-place-farther"),
      "AttributionControl.ToggleAttribution": say("web-map-source"),
      "ScaleControl.Kilometers": say("web-map-km"),
      "ScaleControl.Meters": say("web-map-m"),
    },
  };
}
