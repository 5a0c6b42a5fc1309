// The last steps of a build: the service worker learns what to keep, and every file that packs well is packed once, here,
// instead of at each request.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

import { audiences } from "./closure";

const PACKED = /\.(js|mjs|css|html|svg|json|webmanifest|wasm|geojson)$/;

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Audiences that everybody belongs to: the service worker fetches their pages ahead. */
const OF_ALL = ["consumer", "settings"];
const STAFF = [...audiences("src").map((file) => basename(dirname(file))), "documents"].filter(
  (name) => !OF_ALL.includes(name),
);
/** The most that a consumer's first visit may load before the scanner can be used, packed by gzip, in bytes. */
const BUDGET = 60_000;

/** What is a file of the app that the device keeps: no packed twin, and nothing of maps, which need a connection. */
function isKept(name: string): boolean {
  return (
    !/\.(br|gz|map)$/.test(name) &&
    name !== "sw.js" &&
    name !== "index.html" &&
    !/maplibre|MapView|PlaceMap|\/gl-/.test(name)
  );
}

/** Whether a module belongs to an audience that signs in, or is needed by such a one alone. */
function isOfStaff(id: string): boolean {
  if (/virtual:words\/\w+\/staff$|write-excel-file/.test(id)) return true;
  const audience = /\/src\/([\w-]+)\//.exec(id)?.[1] ?? "";
  return !id.endsWith("/audience.ts") && STAFF.includes(audience);
}

/** How much the page and what it names at once weigh, with the words of one language. */
function firstLoad(folder: string, language: string): number {
  const html = readFileSync(join(folder, "index.html"), "utf8");
  const tags = html.match(/<(?:script|link)[^>]+(?:src|href)="\/assets[^>]+>/g) ?? [];
  const wanted = tags.filter((tag) => !tag.includes("data-words") || tag.includes(`data-words="${language}"`));
  const names = wanted.map((tag) => /(?:src|href)="\/([^"]+)"/.exec(tag)?.[1] ?? "");
  return ["index.html", ...names]
    .map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length)
    .reduce((sum, bytes) => sum + bytes, 0);
}

export function finish(): Plugin {
  let folder = "dist";
  /** Files that are kept when they are used: those of audiences that sign in. */
  const later = new Set<string>();
  return {
    name: "finish",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk" || !chunk.moduleIds.concat(chunk.facadeModuleId ?? []).some(isOfStaff)) continue;
        for (const name of [chunk.fileName, ...(chunk.viteMetadata?.importedCss ?? [])]) later.add(name);
      }
    },
    // The app's parts and its words come with the first script instead of after it; the server leaves the words of one
    // language.
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === "chunk");
        const start = chunks.find((chunk) => chunk.moduleIds.some((id) => id.endsWith("/src/start.ts")));
        if (!start) throw new Error("the app has no start");
        const parts = chunks.filter(
          (chunk) => (chunk === start || start.imports.includes(chunk.fileName)) && !html.includes(chunk.fileName),
        );
        const styles = new Set(
          parts.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]).filter((name) => !html.includes(name)),
        );
        const early = [
          // Later visits fetch nothing of the app: the question about a code would open the connection.
          { tag: "link", attrs: { rel: "preconnect", href: "/" }, injectTo: "head" as const },
          ...parts.map((chunk) => ({
            tag: "link",
            attrs: { rel: "modulepreload", crossorigin: true, href: `/${chunk.fileName}` },
            injectTo: "head" as const,
          })),
          ...[...styles].map((name) => ({
            tag: "link",
            attrs: { rel: "stylesheet", crossorigin: true, href: `/${name}` },
            injectTo: "head" as const,
          })),
        ];
        const words = ["kk", "ru", "en"].flatMap((language) => {
          const words = chunks.find((chunk) =>
            chunk.moduleIds.some((id) => id.endsWith(`virtual:words/${language}/public`)),
          );
          if (!words) return [];
          return [
            {
              tag: "link",
              attrs: { rel: "modulepreload", crossorigin: true, href: `/${words.fileName}`, "data-words": language },
              injectTo: "head" as const,
            },
          ];
        });
        return [...early, ...words];
      },
    },
    closeBundle() {
      // A build that failed has said why.
      if (!existsSync(join(folder, "index.html"))) return;
      const kept = files(folder).filter(isKept);
      const all = kept.filter((name) => !later.has(name));
      const version = createHash("sha256");
      for (const name of [...kept, "index.html"]) version.update(readFileSync(join(folder, name)));
      const worker = join(folder, "sw.js");
      const text = readFileSync(worker, "utf8")
        .replace(/["'`]__VERSION__["'`]/, JSON.stringify(version.digest("hex").slice(0, 16)))
        .replace(/["'`]__KEPT__["'`]/, () => JSON.stringify(JSON.stringify(all.map((name) => `/${name}`))))
        .replace(/["'`]__LATER__["'`]/, () => JSON.stringify(JSON.stringify([...later].map((name) => `/${name}`))));
      // Names of files may hold two underscores, too.
      if (/__(VERSION|KEPT|LATER)__/.test(text)) throw new Error("the service worker has no list of files to keep");
      writeFileSync(worker, text);
      for (const name of files(folder).filter((name) => PACKED.test(name))) {
        const path = join(folder, name);
        const bytes = readFileSync(path);
        if (statSync(path).size < 512) continue;
        writeFileSync(
          `${path}.br`,
          brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
        );
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
      for (const language of ["kk", "ru", "en"]) {
        const bytes = firstLoad(folder, language);
        this.info(`first load in ${language}: ${(bytes / 1000).toFixed(1)} kB of ${BUDGET / 1000} kB`);
        if (bytes > BUDGET) throw new Error(`the first load in ${language} is ${bytes} bytes, more than ${BUDGET}`);
      }
    },
  };
}
