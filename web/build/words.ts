// The words of the app, from the same message files as the server's: `virtual:words/{language}/{set}` holds those that a
// part of the app needs, without comments. Also writes the list of keys, so that a wrong one does not compile.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Message files by the part of the app that needs them; `public` is loaded first and by everybody. */
export const SETS = {
  public: ["web", "web-report", "verdict", "reason", "status", "repair", "report", "field-web"],
  staff: ["web-staff", "web-inspect", "web-own", "stock", "card"],
};

const LANGUAGES = ["kk", "ru", "en"];
const PREFIX = "virtual:words/";

/** Files that only the server knows by another name. */
const BORROWED: Record<string, { file: string; keys: RegExp }> = {
  "field-web": { file: "field", keys: /^field-(required|not-a-phone-or-mail|not-a-gtin|six-digits)\b/ },
};

function read(folder: string, language: string, theme: string): string {
  const borrowed = BORROWED[theme];
  const path = join(folder, language, `${borrowed?.file ?? theme}.ftl`);
  const messages = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .split(/\n(?=[a-z])/)
    .map((message) => message.trim())
    .filter((message) => message !== "" && (!borrowed || borrowed.keys.test(message)));
  return messages.join("\n");
}

/** Every key of a set, sorted as the files are. */
function keys(folder: string, themes: string[]): string[] {
  return themes.flatMap((theme) =>
    read(folder, "en", theme)
      .split("\n")
      .map((line) => /^([a-z][a-z0-9-]*) =/.exec(line)?.[1])
      .filter((key): key is string => key !== undefined),
  );
}

/** Reads the message files in `folder` and writes the keys to `listed`. */
export function words(folder: string, listed: string): Plugin {
  const list = () => {
    const all = keys(folder, [...SETS.public, ...SETS.staff]);
    const text = `// Written by build/words.ts: the keys of the app's words.\nexport type Key =\n${all.map((key) => `  | "${key}"`).join("\n")};\n`;
    mkdirSync(join(listed, ".."), { recursive: true });
    let before = "";
    try {
      before = readFileSync(listed, "utf8");
    } catch {
      // There is none yet.
    }
    if (before !== text) writeFileSync(listed, text);
  };
  return {
    name: "words",
    buildStart: list,
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const [language = "", set = ""] = id.slice(PREFIX.length + 1).split("/");
      const themes = new Map(Object.entries(SETS)).get(set);
      if (!LANGUAGES.includes(language) || !themes) throw new Error(`no words ${id}`);
      for (const theme of themes) {
        this.addWatchFile(join(folder, language, `${BORROWED[theme]?.file ?? theme}.ftl`));
      }
      const text = themes.map((theme) => read(folder, language, theme)).join("\n");
      return `export default ${JSON.stringify(text)};`;
    },
  };
}
