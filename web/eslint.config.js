// What the linter holds beyond the compiler. Formatting is prettier's alone.

import js from "@eslint/js";
import prettier from "eslint-config-prettier/flat";
import svelte from "eslint-plugin-svelte";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import ts from "typescript-eslint";

import svelteConfig from "./svelte.config.js";

/** The longest file, in lines that are neither empty nor comments: beyond it a page becomes parts. */
const LONGEST = 250;

export default defineConfig(
  globalIgnores(["dist", "src/generated", "public"]),
  js.configs.recommended,
  ts.configs.strict,
  ts.configs.stylistic,
  svelte.configs.recommended,
  prettier,
  svelte.configs.prettier,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      // The compiler knows every name.
      "no-undef": "off",
      eqeqeq: "error",
      "max-lines": ["error", { max: LONGEST, skipBlankLines: true, skipComments: true }],
      "no-restricted-syntax": [
        "error",
        { selector: "TSAsExpression > AwaitExpression", message: "The type of an answer comes from the contract." },
        { selector: "TSAsExpression > TSAsExpression", message: "A cast by way of unknown hides a fault." },
      ],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-definitions": "off",
    },
  },
  // Modules that the build makes are declared where no import may stand.
  { files: ["**/*.d.ts"], rules: { "@typescript-eslint/consistent-type-imports": "off" } },
  { files: ["e2e/**"], rules: { "max-lines": "off" } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
    rules: {
      // Addresses are the app's own (lib/router): SvelteKit's helpers are not there.
      "svelte/no-navigation-without-resolve": "off",
      // White space at the ends of what prettier folds.
      "svelte/no-useless-mustaches": "off",
      // Dates, sets and parameters are made and used up within one function.
      "svelte/prefer-svelte-reactivity": "off",
    },
  },
);
