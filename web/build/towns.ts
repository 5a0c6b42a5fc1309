// The towns that people know a place by: the capitals of Kazakhstan's regions, from the server's own reference data.

import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const ID = "virtual:towns";

interface Town {
  kk: string;
  ru: string;
  en: string;
  latitude: number;
  longitude: number;
}

/** The towns of regions.toml. Its lines are all of the same shape; one that isn't stops the build. */
function read(file: string): Town[] {
  const items = readFileSync(file, "utf8").split("[[items]]").slice(1);
  return items.map((item) => {
    const names = /^capital = \{ kk = "(.+)", ru = "(.+)", en = "(.+)" \}$/m.exec(item);
    const centre = /^centre = \[([\d.]+), ([\d.]+)\]$/m.exec(item);
    if (!names || !centre) throw new Error(`a region in ${file} has no capital that can be read`);
    const [, kk = "", ru = "", en = ""] = names;
    return { kk, ru, en, latitude: Number(centre[1]), longitude: Number(centre[2]) };
  });
}

/** `virtual:towns`, from the reference data in `file`. */
export function towns(file: string): Plugin {
  return {
    name: "towns",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return undefined;
      this.addWatchFile(file);
      return `export default ${JSON.stringify(read(file))};`;
    },
  };
}
