import { expect, test } from "vitest";

import { language, need, say, sayIfKnown, speak } from "./language.svelte";

test("sets of words that are asked for at once are all there afterwards", async () => {
  expect(sayIfKnown("web-work")).toBeUndefined();
  await Promise.all([need("public"), need("more", "staff"), need("more")]);
  expect([say("web-name"), say("web-recalls"), say("web-work")]).toEqual(["Tanba", "Recalled goods", "Work list"]);
});

test("another language says what was loaded before, and numbers in its own way", async () => {
  await Promise.all([speak("ru"), need("more")]);
  expect(language()).toBe("ru");
  expect(say("web-list-more", { count: 1234 })).toContain("1\u{a0}234");
  expect(sayIfKnown("no-such-key")).toBeUndefined();
});
