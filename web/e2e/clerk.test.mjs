// What clerks and participants do: checks of deliveries with and without a connection, on shared devices, as tables; files
// and documents of orders.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { accessible, reopen, signIn, stage, useStage, visit, withCore } from "./stage.mjs";

useStage();

/** A screen so tall that nothing lies beneath the bar at its foot. */
const TALL = { height: 5_000 };

/** The code with this label. */
const labelled = (slug) => stage.codes.find(({ label_url }) => label_url.endsWith(`/${slug}.png`)).text;

/** Adds codes to the check that is open, as a scanner does that works as a keyboard. */
async function scan(page, ...slugs) {
  for (const slug of slugs) {
    await page.locator("input.code").fill(labelled(slug));
    await page.keyboard.press("Enter");
  }
}

/** Begins a check of a delivery with this name. */
async function begin(page, name) {
  await page.getByRole("button", { name: "New check" }).click();
  await page.locator("dialog").getByLabel("Name").fill(name);
  await page.locator("dialog button[type=submit]").click();
  await page.locator(".totals").waitFor();
}

/** Waits until the totals have this line. */
const total = (page, count, what) =>
  page.locator(".totals > div", { hasText: new RegExp(`^${count}\\s*${what}$`) }).waitFor();

/** The file that a button hands out: its name and its path. */
async function handedOut(page, button) {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), path: await download.path() };
}

/** U13, U14, U20, U22 */
test("a clerk's own goods may be sold, totals count units, languages do not mix, and tables open in spreadsheets", async () => {
  const { context, page, faults } = await visit({ language: "en", width: 1280, camera: false, ...TALL });
  await signIn(page, "clerk");
  await page.goto("/app/deliveries");
  await begin(page, "Morning");
  await scan(page, "water", "milk-powder", "box", "boots-sold");
  // U13: what is on the shelves of the clerk's shop may be sold.
  await total(page, 2, "may be sold");
  // U22: the box counts as the four units inside; the number of codes stands apart.
  await total(page, 5, "may not be sold");
  await page.getByText("4 codes · 7 units in them").waitFor();
  // The content of another holder's box is not offered.
  assert.equal(await page.getByRole("button", { name: "Show contents" }).count(), 0);
  await accessible(page, "a check of a delivery");
  // U20
  const csv = await handedOut(page, "CSV");
  assert.match(csv.name, /^Morning\.csv$/);
  const [head, first] = readFileSync(csv.path, "utf8").split("\r\n");
  assert.match(head, /^\uFEFF"No\.";"Scanned at";"Code";/);
  assert.ok(first.startsWith('"1";') && first.includes('"04870000770045"'), first);
  assert.ok(!/\dT\d\d:\d\d/.test(first), "times are written as people write them");
  const workbook = await handedOut(page, "Download for Excel");
  assert.match(workbook.name, /^Morning\.xlsx$/);
  const inside = execFileSync("unzip", ["-p", workbook.path]).toString();
  assert.ok(inside.includes("04870000770045"), "a GTIN keeps its zeros");
  // U14
  await page.getByRole("button", { name: "Қаз" }).click();
  await page.locator(".last", { hasText: "Сатуға болмайды" }).waitFor();
  await page.locator("ol.lines", { hasText: "Басқа иеге тіркелген" }).waitFor();
  const lines = page.locator("ol.lines");
  await lines.getByText("Ауызсу").waitFor();
  const text = await lines.innerText();
  assert.ok(!/sold|owner|water/i.test(text), text);
  assert.deepEqual(faults, []);
  await context.close();
});

/** U6, U12 */
test(
  "deliveries open without a connection, catch up when it is back, and stay with the account that made them",
  withCore,
  async () => {
    const { context, page } = await visit({
      language: "en",
      width: 1280,
      camera: false,
      serviceWorkers: "allow",
      ...TALL,
    });
    await signIn(page, "clerk");
    await page.goto("/app/deliveries");
    await begin(page, "Evening");
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    // A visit of everything that is needed later.
    await reopen(page, new URL(page.url()).pathname);
    await page.locator(".totals").waitFor();
    await page.waitForLoadState("networkidle");
    await context.setOffline(true);
    await page.reload();
    await page.getByText("Evening").first().waitFor();
    assert.equal(await page.getByText("Sign in required").count(), 0);
    await scan(page, "water");
    await page.locator(".last", { hasText: "Will be checked once there is a connection" }).waitFor();
    await page.goto("/app/deliveries");
    await page.locator("li", { hasText: "Evening" }).getByText("not checked").waitFor();
    await page.getByText("Evening").click();
    await page.locator(".totals").waitFor();
    await context.setOffline(false);
    await total(page, 1, "may be sold");

    await page.goto("/app/account");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(stage.base + "/");
    await signIn(page, "dala");
    await page.goto("/app/deliveries");
    await page.getByText("No deliveries yet").waitFor();
    assert.equal(await page.getByText("Evening").count(), 0);
    await context.close();
  },
);

/** U8, U20, U21, U24 */
test("an order is found by its goods, its files are named and numbered, and goods are released with their facts only", async () => {
  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(page, "alatau");
  await page.goto("/app/register");
  await page.locator("ul.list li", { hasText: "Milk powder" }).first().waitFor();
  await page.getByLabel("Search").fill("spring");
  await page.getByRole("button", { name: "Find" }).click();
  await page.locator("ul.list li", { hasText: "Milk powder" }).waitFor({ state: "detached" });
  // U24: goods by their names.
  await page.locator("ul.list li", { hasText: "Drinking water «Alatau Spring», still" }).getByRole("link").click();

  // U20, U21: the files have a range of their own, from 1, and names that say what is in them.
  const files = page.locator("section", { hasText: "Codes as a file" });
  await files.getByLabel("From number").fill("9");
  await files.getByLabel("To number").fill("11");
  await files.getByText("Enter a number from 1 to 10").waitFor();
  await files.getByLabel("To number").fill("10");
  const codes = await handedOut(page, "Codes (CSV)");
  assert.match(codes.name, /^codes-Drinking-water-Alatau-Spring-.*-9-10\.csv$/);
  const lines = readFileSync(codes.path, "utf8").trimEnd().split("\r\n");
  assert.deepEqual(
    [lines.length, lines[0], lines[1].split(";")[0], lines[2].split(";")[0]],
    [3, "\uFEFFnumber;code;human", "9", "10"],
  );
  const labels = await handedOut(page, "Labels (PDF)");
  assert.match(labels.name, /^labels-Drinking-water-Alatau-Spring-.*-9-10\.pdf$/);
  assert.equal(readFileSync(labels.path).subarray(0, 5).toString(), "%PDF-");

  // U8
  const form = page.locator("section", { hasText: "File a document" });
  const file = async (kind, fill) => {
    await form.getByLabel("Document type").selectOption(kind);
    await form.getByLabel("From number").fill("9");
    await form.getByLabel("To number").fill("10");
    await fill?.();
    await form.locator("button[type=submit]").click();
  };
  await file("applications");
  await form.getByRole("button", { name: "Yes, confirm" }).click();
  await form.getByText("The document was accepted").waitFor();
  await file("releases");
  await form.locator("[aria-invalid]").first().waitFor();
  assert.equal(
    await form.getByRole("button", { name: "Yes, confirm" }).count(),
    0,
    "nothing is sent without its facts",
  );
  assert.equal(
    await form.getByText("The document was accepted").count(),
    0,
    "what was said of the last document is gone",
  );
  await accessible(page, "a release without its facts");
  const day = (after) => new Date(Date.now() + after * 86_400_000).toISOString().slice(0, 10);
  await file("releases", async () => {
    for (const [field, date] of [
      ["Production date", day(-3)],
      ["Best before", day(300)],
    ]) {
      const input = form.getByLabel(field);
      if (await input.count()) await input.first().fill(date);
    }
  });
  await form.getByRole("button", { name: "Yes, confirm" }).click();
  await form.getByText("The document was accepted").waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});
