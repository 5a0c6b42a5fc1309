// The outlines that maps are drawn on when no tiles are set: Kazakhstan and its neighbours, from Natural Earth (public
// domain). Regions are left out on purpose: no free source has today's twenty in a form that we may bundle.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import type { Plugin } from "vite";

const ID = "virtual:outlines";
const OURS = "398";
/** Neighbours by ISO 3166-1: Kyrgyzstan, Uzbekistan, Turkmenistan, Azerbaijan finely; Russia, China, Mongolia coarsely. */
const FINE = [OURS, "417", "860", "795", "031"];
const COARSE = ["643", "156", "496"];

const require = createRequire(import.meta.url);

function countries(file: string, ids: string[], digits: number): unknown[] {
  const topology = JSON.parse(readFileSync(require.resolve(`world-atlas/${file}`), "utf8")) as Topology;
  const all = feature(topology, topology.objects["countries"] as GeometryCollection).features;
  return all
    .filter((country) => ids.includes(String(country.id)))
    .map((country) => ({
      type: "Feature",
      properties: { ours: String(country.id) === OURS },
      geometry: JSON.parse(
        JSON.stringify(country.geometry, (_, value: unknown) =>
          typeof value === "number" ? Number(value.toFixed(digits)) : value,
        ),
      ),
    }));
}

/** `virtual:outlines` as a GeoJSON feature collection. */
export function outlines(): Plugin {
  return {
    name: "outlines",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return undefined;
      const features = [...countries("countries-110m.json", COARSE, 1), ...countries("countries-50m.json", FINE, 2)];
      return `export default JSON.parse(${JSON.stringify(JSON.stringify({ type: "FeatureCollection", features }))});`;
    },
  };
}
