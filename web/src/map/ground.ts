// What every map by MapLibre lies on: water, land and borders, tiles if a server of them is set, and the names of towns.

import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import outlines from "virtual:outlines";
import towns from "virtual:towns";

import { language } from "../lib/language.svelte";
import { tiles } from "./map";

/** Whether it is drawn for the night. */
function isDark(): boolean {
  const look = document.documentElement.dataset["look"];
  return look === "dark" || (look === undefined && matchMedia("(prefers-color-scheme: dark)").matches);
}

export function groundSources(): Record<string, SourceSpecification> {
  const address = tiles();
  const named = towns.map((town) => ({
    type: "Feature" as const,
    properties: { name: town[language()] },
    geometry: { type: "Point" as const, coordinates: [town.longitude, town.latitude] },
  }));
  return {
    outlines: { type: "geojson", data: outlines, attribution: "Natural Earth" },
    towns: { type: "geojson", data: { type: "FeatureCollection", features: named } },
    ...(address && { tiles: { type: "raster" as const, tiles: [address], tileSize: 256 } }),
  };
}

/** Layers for below everything else. */
export function groundLayers(): LayerSpecification[] {
  const [water, land, ours, edge] = isDark()
    ? ["#0d1519", "#18232a", "#22323a", "#53656f"]
    : ["#dfe7e8", "#eeebe3", "#ffffff", "#9aa3a3"];
  return [
    { id: "water", type: "background", paint: { "background-color": water } },
    { id: "land", type: "fill", source: "outlines", paint: { "fill-color": ["case", ["get", "ours"], ours, land] } },
    {
      id: "edges",
      type: "line",
      source: "outlines",
      paint: { "line-color": edge, "line-width": ["case", ["get", "ours"], 2, 1] },
    },
    ...(tiles() ? [{ id: "tiles", type: "raster" as const, source: "tiles" }] : []),
  ];
}

/** The names of towns, for above areas; tiles bring names of their own. */
export function townLayers(): LayerSpecification[] {
  if (tiles()) return [];
  const [name, halo] = isDark() ? ["#dbe3e7", "#10181c"] : ["#3d4b54", "#ffffff"];
  return [
    { id: "town-dots", type: "circle", source: "towns", paint: { "circle-color": name, "circle-radius": 2.5 } },
    {
      id: "town-names",
      type: "symbol",
      source: "towns",
      // Clear of a spot that lies on the town, and further below where a larger sign takes the place.
      layout: {
        "text-field": ["get", "name"],
        "text-size": 12,
        "text-variable-anchor-offset": ["top", [0, 0.8], "top", [0, 2]],
      },
      paint: { "text-color": name, "text-halo-color": halo, "text-halo-width": 1.4 },
    },
  ];
}
