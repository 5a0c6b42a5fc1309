// What every map by MapLibre lies on: water, land and borders, tiles if a server of them is set, and the names of towns.

import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import outlines from "virtual:outlines";
import towns from "virtual:towns";

import { language } from "../lib/language.svelte";

/** Whether it is drawn for the night. */
function isDark(): boolean {
  const look = document.documentElement.dataset["look"];
  return look === "dark" || (look === undefined && matchMedia("(prefers-color-scheme: dark)").matches);
}

/** The address of tiles, with `{z}`, `{x}` and `{y}`; none where none are set. */
const tiles = (): string | undefined => document.querySelector<HTMLMetaElement>("meta[name=tiles]")?.content;

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
  const night = isDark();
  const [water, land, ours, edge] = night ? ["#0d1519", "#18232a", "#22323a", "#53656f"] : ["#dfe7e8", "#eeebe3", "#ffffff", "#9aa3a3"];
  const [name, halo] = night ? ["#c3ced4", "#10181c"] : ["#4d5c65", "#ffffff"];
  return [
    { id: "water", type: "background", paint: { "background-color": water } },
    { id: "land", type: "fill", source: "outlines", paint: { "fill-color": ["case", ["get", "ours"], ours, land] } },
    { id: "edges", type: "line", source: "outlines", paint: { "line-color": edge, "line-width": ["case", ["get", "ours"], 2, 1] } },
    // Tiles bring names of their own.
    ...(tiles()
      ? [{ id: "tiles", type: "raster" as const, source: "tiles" }]
      : [
          { id: "town-dots", type: "circle" as const, source: "towns", paint: { "circle-color": name, "circle-radius": 2.5 } },
          {
            id: "town-names",
            type: "symbol" as const,
            source: "towns",
            layout: { "text-field": ["get", "name"] as ["get", string], "text-size": 12, "text-anchor": "top" as const, "text-offset": [0, 0.35] as [number, number] },
            paint: { "text-color": name, "text-halo-color": halo, "text-halo-width": 1.2 },
          },
        ]),
  ];
}
