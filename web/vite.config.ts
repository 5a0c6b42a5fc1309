// How the app is built and, while it is being written, served with the API of a running server behind it.

import { basename, dirname } from "node:path";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

import { audiences, startOf } from "./build/closure";
import { core } from "./build/core";
import { finish } from "./build/finish";
import { outlines } from "./build/outlines";
import { towns } from "./build/towns";
import { words } from "./build/words";

const server = process.env["TANBA_SERVER"] ?? "http://127.0.0.1:8080";

// The server refuses changes from foreign sites: it has to see the address that the browser sees.
const behind = { target: server, changeOrigin: false };
const proxy = { "/v1": behind, "/demo": behind };

const START = startOf("src");
/** Folders of pages; documents are filed by participants and operators alike. */
const AUDIENCES = [...audiences("src").map((file) => basename(dirname(file))), "documents"];

export default defineConfig({
  plugins: [
    svelte(),
    outlines(),
    towns("../server/reference/regions.toml"),
    core("../ffi/wasm/pkg"),
    words("../locales", "src/generated/words.ts"),
    finish(),
  ],
  build: {
    target: ["chrome105", "safari16", "firefox115"],
    // The page's policy allows no inline pictures in styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { main: "index.html", sw: "src/sw.ts" },
      output: {
        // A file for what every page needs, one for each audience, one for the parts that they share: on a slow line thirty
        // small ones cost more than their bytes.
        codeSplitting: {
          groups: [
            // What starts the scanner's core before the rest is there.
            { name: "first", test: /src\/core\/core\.ts|vite\/preload-helper/, priority: 9 },
            {
              name: "base",
              test: (id: string) => START.has(id.split("?", 1)[0] ?? ""),
              priority: 8,
              includeDependenciesRecursively: true,
            },
            { name: "maplibre", test: /node_modules\/maplibre-gl\//, priority: 7 },
            // What comes next: typing instead of the camera, and the verdict after each scan.
            { name: "next", test: /src\/consumer\/(VerdictPage|TypeCode|SeveralCodes)\.svelte$/, priority: 6 },
            { name: "reports", test: /src\/consumer\/reports\/reports\.svelte\.ts$/, priority: 6 },
            { name: "parts", test: /src\/(design|lib|forms)\/.*\.(svelte|ts)$/, priority: 5 },
            ...AUDIENCES.map((name) => ({ name, test: new RegExp(`src/${name}/`), priority: 4 })),
          ],
        },
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  worker: { format: "es", plugins: () => [core("../ffi/wasm/pkg")] },
  server: {
    host: "127.0.0.1",
    proxy,
  },
  preview: { host: "127.0.0.1", proxy },
});
