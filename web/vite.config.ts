// How the app is built and, while it is being written, served with the API of a running server behind it.

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

import { core } from "./build/core";
import { finish } from "./build/finish";
import { outlines } from "./build/outlines";
import { towns } from "./build/towns";
import { words } from "./build/words";

const server = process.env["TANBA_SERVER"] ?? "http://127.0.0.1:8080";

// The server refuses changes from foreign sites: it has to see the address that the browser sees.
const behind = { target: server, changeOrigin: false };
const proxy = { "/v1": behind, "/demo": behind };

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
        // What every page needs in one file: on a slow line thirty small ones cost more than their bytes.
        codeSplitting: {
          groups: [
            // What starts the scanner's core before the rest is there.
            { name: "first", test: /src\/core\/core\.ts|vite\/preload-helper/, priority: 1 },
            { name: "maplibre", test: /node_modules\/maplibre-gl\// },
            {
              name: "base",
              test: /src\/(design\/\w+\.svelte|lib|consumer\/(Viewfinder|Verdict|ScanPage|TypeCode|PlaceConsent|ReturnHelp|sightings))|node_modules\/(svelte|@fluent|esm-env|clsx)\//,
            },
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
