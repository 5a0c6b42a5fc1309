// Unit tests beside the modules they test: what needs no browser. Walks through pages are in e2e.

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

import { core } from "./build/core";
import { words } from "./build/words";

export default defineConfig({
  plugins: [svelte(), words("../locales", "src/generated/words.ts"), core("no-core-in-unit-tests")],
  test: {
    include: ["src/**/*.test.ts", "build/**/*.test.ts"],
    setupFiles: ["build/testing.ts"],
    unstubGlobals: true,
  },
});
