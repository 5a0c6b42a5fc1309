// Which of the app's own modules come with its start: what is imported from there, and from there again, by imports that do
// not wait.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** `import … from "./x"`, `export … from "./x"` and `import "./x"`, but no types and nothing that is loaded later. */
const IMPORT = /^\s*(?:import|export)\s+(?!type\b)(?:[^"'();]*?\sfrom\s+)?["'](\.[^"']+)["']/gm;

/** The file that a relative import means. */
function fileOf(from: string, named: string): string | undefined {
  const path = resolve(dirname(from), named);
  return [path, `${path}.ts`].find((candidate) => /\.(ts|svelte)$/.test(candidate) && existsSync(candidate));
}

/** What a file imports at once. */
export function imports(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)]
    .map(([, named = ""]) => fileOf(file, named))
    .filter((found) => found !== undefined);
}

/** These files and all that they import at once. */
export function closure(roots: string[]): Set<string> {
  const found = new Set<string>();
  const open = [...roots];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    open.push(...imports(file));
  }
  return found;
}

/** The audiences of the app, which its start finds by their files. */
export const audiences = (folder: string): string[] =>
  readdirSync(folder)
    .map((name) => resolve(folder, name, "audience.ts"))
    .filter((file) => existsSync(file));

/** What comes with the start of the app in `folder`. */
export const startOf = (folder: string): Set<string> =>
  closure([resolve(join(folder, "start.ts")), ...audiences(folder)]);
