// Writes the list of the app's keys without a build: build/words.ts does that when the settings are read.

import { resolveConfig } from "vite";

await resolveConfig({ logLevel: "error" }, "serve");
