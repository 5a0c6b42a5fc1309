// The last steps of a build: the service worker learns what to keep, and every file that packs well is packed once, here,
// instead of at each request.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const PACKED = /\.(js|mjs|css|html|svg|json|webmanifest|wasm|geojson)$/;

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** What the service worker fetches ahead: everything small that a consumer needs; the rest comes when it is used. */
function kept(name: string): boolean {
  return (
    !/\.(br|gz|map)$/.test(name) &&
    name !== "sw.js" &&
    name !== "index.html" &&
    !/maplibre|MapView|PlaceMap|\/gl-/.test(name)
  );
}

export function finish(): Plugin {
  let folder = "dist";
  return {
    name: "finish",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
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
      const all = files(folder).filter(kept);
      const version = createHash("sha256");
      for (const name of [...all, "index.html"]) version.update(readFileSync(join(folder, name)));
      const worker = join(folder, "sw.js");
      const text = readFileSync(worker, "utf8")
        .replace(/["'`]__VERSION__["'`]/, JSON.stringify(version.digest("hex").slice(0, 16)))
        .replace(/["'`]__KEPT__["'`]/, () => JSON.stringify(JSON.stringify(all.map((name) => `/${name}`))));
      // Names of files may hold two underscores, too.
      if (/__(VERSION|KEPT)__/.test(text)) throw new Error("the service worker was not told what to keep");
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
    },
  };
}
