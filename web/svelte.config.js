// How Svelte compiles: runes everywhere, and no styles injected by scripts, which the page's policy forbids.
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true, css: "external" },
};
