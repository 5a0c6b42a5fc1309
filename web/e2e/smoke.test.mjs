// A few walks through the app, as `cargo xtask test` runs them: what consumers do, in each language.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { accessible, codeOf, film, stage, type, until, useStage, visit, withCore } from "./stage.mjs";

useStage({ video: film });

test("the camera reads a label and the verdict appears", withCore, async () => {
  const { context, page, faults } = await visit({ language: "kk" });
  await page.goto("/");
  await page.waitForSelector("article");
  assert.match(await page.locator("article .title").innerText(), /айналымға енгізілген/);
  assert.deepEqual(faults, []);
  await context.close();
});

test(
  "a code is typed, its verdict read in three languages, and the question about places is asked once",
  withCore,
  async () => {
    // The film's label would be read before anything is typed.
    const { context, page, faults } = await visit({ language: "ru", camera: false });
    const sent = [];
    page.on("request", (request) => request.url().endsWith("/v1/scans") && sent.push(JSON.parse(request.postData())));
    const scans = () => sent.flatMap(({ items }) => items);
    await type(page, codeOf("in-circulation"));
    assert.match(await page.locator("article .title").innerText(), /введён в оборот/);
    await until(() => sent.length > 0, "the first scan is sent");
    assert.deepEqual([scans()[0].consent, scans()[0].place], ["none", undefined], "the first one tells no place");
    await type(page, codeOf("sold"));
    await page.locator("#place-question").waitFor();
    assert.equal(scans().length, 1, "nothing is sent before the question is answered");
    await accessible(page, "verdict and question");
    await page.getByRole("button", { name: "Да, примерно" }).click();
    await page.waitForFunction(() => !document.querySelector("#place-question"));
    await until(() => scans().length > 1, "the second scan is sent");
    const scan = scans()[1];
    assert.equal(scan.consent, "coarse");
    assert.deepEqual(
      [scan.place.latitude, scan.place.longitude],
      [51.125, 71.435],
      "rounded before it leaves the device",
    );
    await type(page, codeOf("in-circulation"));
    await page.getByRole("button", { name: "Қаз" }).click();
    await page.locator("article .title", { hasText: "айналымға енгізілген" }).waitFor();
    await page.getByRole("button", { name: "Eng" }).click();
    await page.locator("article .title", { hasText: "released for sale" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
    await type(page, codeOf("forged-seal"));
    assert.equal(await page.locator("#place-question").count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  },
);

test("a report with a photo is sent, followed, answered and taken back; its key stays out of every address", async () => {
  const { context, page, faults } = await visit({ language: "en" });
  const addresses = [];
  page.on("request", (request) => addresses.push(request.url()));
  await page.goto("/app/report");
  await page.locator("input[type=radio]").first().check();
  await page.locator("input[type=file]").setInputFiles(join(stage.folder, "label.png"));
  await page.locator("textarea").fill("Two cartons are past their date.");
  await page.waitForSelector("li img");
  await page.locator("form button[type=submit]").click();
  await page.waitForURL(/\/app\/reports\/TB-/);
  await page.locator("textarea").fill("They are still there.");
  await page.locator("form button[type=submit]").click();
  await page.getByText("They are still there.").waitFor();
  await accessible(page, "a followed report");
  await page.getByRole("button", { name: "Show the secret link" }).click();
  const link = await page.locator("dialog .code").innerText();
  await page.keyboard.press("Escape");
  // Another device opens the link: the key is kept there and gone from the address at once.
  const other = await visit({ language: "en" });
  other.page.on("request", (request) => addresses.push(request.url()));
  await other.page.goto(link);
  await other.page.getByText("They are still there.").waitFor();
  assert.equal(new URL(other.page.url()).hash, "");
  await other.context.close();
  await page.getByRole("button", { name: "Delete my data" }).click();
  await page.locator("dialog").getByRole("button", { name: "Delete my data" }).click();
  await page.getByText("Data deleted").first().waitFor();
  const token = link.split("#")[1];
  assert.ok(token.length >= 22 && addresses.every((address) => !address.split("#")[0].includes(token)));
  assert.deepEqual(faults, []);
  await context.close();
});

test("a label's link is answered without scripts", async () => {
  const { context, page } = await visit({ language: "kk", javaScriptEnabled: false });
  const code = stage.codes.find((code) => code.text.includes("/s/")).text;
  await page.goto(new URL(code).pathname);
  await page.locator("article h1").waitFor();
  assert.ok((await page.locator("article dt").count()) > 2);
  await context.close();
});

test("the first load weighs little", async (t) => {
  const { context, page } = await visit({ language: "ru", permissions: [] });
  let bytes = 0;
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  const wasm = new Set();
  cdp.on(
    "Network.responseReceived",
    ({ requestId, response }) => response.url.endsWith(".wasm") && wasm.add(requestId),
  );
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (!wasm.has(requestId)) bytes += encodedDataLength;
  });
  await page.goto("/");
  await page.waitForSelector(".ways a");
  // Everything that is loaded without an action: words, icons, the worker.
  await page.waitForLoadState("networkidle");
  t.diagnostic(`${bytes} bytes, WebAssembly apart`);
  assert.ok(bytes > 20_000 && bytes < 120_000, `${bytes} bytes`);
  await context.close();
});
