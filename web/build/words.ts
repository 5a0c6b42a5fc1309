// The words of the app, from the same message files as the server's: `virtual:words/{language}/{set}` holds those that a
// part of the app needs, without comments. Also writes the list of keys, so that a wrong one does not compile.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** A message file, or those of its messages whose keys fit. */
interface Part {
  file: string;
  fits?: (key: string) => boolean;
}

/** Words of the app's frame, the scanner and the verdict stay; those of a consumer's other pages are fetched with them. */
const LATER =
  /^web-(compare-(?!with$)|design|device|draft|erase|follow|for-staff|history-|link|look|map|message|missing|photos|photo-(number|remove)|place-(?!what|why|question|yes|no$|exact|coarse|none|rough|change)|recalls|remove|reopen|report(?!-this$|-alone$|-sent-later$)|shelf-(?!add|on$|bad$)|side|sound)/;
/** Of photos of labels the scanner speaks, too. */
const isReporting = (key: string): boolean => !/^web-(codes-|photo-(heic|large)$)/.test(key);
const isLater = (key: string): boolean => LATER.test(key);

/** Message files by the part of the app that needs them; `public` is loaded first and by everybody. */
export const SETS: Record<string, Part[]> = {
  public: [
    { file: "web", fits: (key) => !isLater(key) },
    { file: "web-report", fits: (key) => !isReporting(key) },
    ...["verdict", "reason", "status", "repair"].map((file) => ({ file })),
    // A file that only the server knows as a whole.
    { file: "field", fits: (key) => /^field-(required|not-a-phone-or-mail|not-a-gtin|six-digits)$/.test(key) },
  ],
  more: [{ file: "web", fits: isLater }, { file: "web-report", fits: isReporting }, { file: "report" }],
  staff: ["web-staff", "web-inspect", "web-own", "stock", "card"].map((file) => ({ file })),
};

const LANGUAGES = ["kk", "ru", "en"];
const PREFIX = "virtual:words/";

function read(folder: string, language: string, { file, fits = () => true }: Part): string {
  const messages = readFileSync(join(folder, language, `${file}.ftl`), "utf8")
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .split(/\n(?=[a-z])/)
    .map((message) => message.trim())
    .filter((message) => message !== "" && fits(keyOf(message)));
  return messages.join("\n");
}

const keyOf = (message: string): string => /^([a-z][a-z0-9-]*) =/.exec(message)?.[1] ?? "";

/** Every key of a set, sorted as the files are. */
export function keys(folder: string, set: string): string[] {
  const parts = SETS[set] ?? [];
  return parts.flatMap((part) =>
    read(folder, "en", part)
      .split("\n")
      .map(keyOf)
      .filter((key) => key !== ""),
  );
}

/** Reads the message files in `folder` and writes the keys to `listed`. */
export function words(folder: string, listed: string): Plugin {
  const list = () => {
    const all = Object.keys(SETS).flatMap((set) => keys(folder, set));
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
    // Before anything is built: the type check reads the list, too.
    configResolved: list,
    buildStart: list,
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const [language = "", set = ""] = id.slice(PREFIX.length + 1).split("/");
      const parts = SETS[set];
      if (!LANGUAGES.includes(language) || !parts) throw new Error(`no words ${id}`);
      for (const { file } of parts) this.addWatchFile(join(folder, language, `${file}.ftl`));
      const text = parts.map((part) => read(folder, language, part)).join("\n");
      return `export default ${JSON.stringify(text)};`;
    },
  };
}
